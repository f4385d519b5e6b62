import { AppError } from '../../kernel/errors.ts';
import { startWorker } from '../../kernel/worker.ts';
import { WorkerCalls } from '../../kernel/worker-calls.ts';
import type { Sandbox, SandboxLimits, SandboxResult, SandboxRun } from './port.ts';

const defaultLimits: SandboxLimits = { timeoutMs: 5_000, memoryMb: 64, outputCharacters: 100_000 };
/** What the thread may take longer than the code before it is ended from outside. */
const graceMs = 2_000;
const mostWaiting = 20;

/**
 * QuickJS in WebAssembly, in a thread of its own: a fresh runtime for each run, one run after the other. The runtime
 * ends code at its limits; the thread is ended when even that does not happen.
 * @param allowPrivate whether an allowed host may be an address of this machine or its network.
 */
export function openSandbox(allowPrivate: boolean): Sandbox {
  let thread: WorkerCalls | undefined;
  let last: Promise<unknown> = Promise.resolve();
  let waiting = 0;

  const close = async () => {
    const old = thread;
    thread = undefined;
    await old?.close();
  };
  const once = async (run: SandboxRun, signal?: AbortSignal): Promise<SandboxResult> => {
    signal?.throwIfAborted();
    const limits = { ...defaultLimits, ...run.limits };
    if (!thread || thread.closed)
      thread = new WorkerCalls(
        await startWorker('providers/sandbox/quickjs.worker', {
          memoryMb: 256,
          name: 'sandbox',
        }),
      );
    const timeout = AbortSignal.timeout(limits.timeoutMs + graceMs);
    try {
      return await thread.call<SandboxResult>(
        'run',
        { ...run, limits, allowPrivate },
        { signal: signal ? AbortSignal.any([signal, timeout]) : timeout },
      );
    } catch {
      await close();
      signal?.throwIfAborted();
      return {
        error: timeout.aborted ? tooSlow(limits) : 'The code takes more memory than it may.',
        console: [],
      };
    }
  };
  return {
    async run(run, signal) {
      if (waiting >= mostWaiting)
        throw new AppError('unavailable', 'Too much code waits to be run.', {
          fix: 'Try again in a moment.',
        });
      waiting++;
      const turn = last.then(() => once(run, signal));
      last = turn.catch(() => {});
      try {
        return await turn;
      } finally {
        waiting--;
      }
    },
    close,
  };
}

export const tooSlow = ({ timeoutMs }: SandboxLimits): string =>
  `The code took longer than ${timeoutMs / 1000} seconds.`;
