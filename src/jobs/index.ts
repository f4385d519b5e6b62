export { type Claim, Worker, type WorkerDeps, type WorkSource } from './worker.ts';
