export { type Claim, LeaseLostError, Worker, type WorkerDeps, type WorkSource } from './worker.ts';
