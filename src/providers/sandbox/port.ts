/**
 * The port to running code that a person or a model wrote.
 *
 * Contract: the code sees its input, `console` and, when hosts are allowed, `fetch` to them; nothing of this process,
 * its files or its environment. It ends at the limits of time, memory and output. Failing code is a result with
 * `error`, never an exception; the code that ran before it has no effect outside.
 */
export interface SandboxLimits {
  timeoutMs: number;
  memoryMb: number;
  /** Characters of result and console together. */
  outputCharacters: number;
}

export interface SandboxRun {
  /** JavaScript or TypeScript: a program whose last value is the result, or a module that exports a default function. */
  code: string;
  /** Given to the default function, and to a program as `input`. */
  input: unknown;
  /** Hosts that `fetch` may reach; none: there is no `fetch`. */
  hosts: string[];
  limits?: Partial<SandboxLimits>;
}

export interface SandboxResult {
  /** JSON of the result. */
  value?: unknown;
  /** What went wrong, with the place in the code. */
  error?: string;
  /** Lines of the console. */
  console: string[];
}

export interface Sandbox {
  /** Errors: the signal's reason, `unavailable` while too many wait. */
  run(run: SandboxRun, signal?: AbortSignal): Promise<SandboxResult>;
  close(): Promise<void>;
}
