export type { Sandbox, SandboxLimits, SandboxResult, SandboxRun } from './port.ts';
export { openSandbox } from './quickjs.ts';
