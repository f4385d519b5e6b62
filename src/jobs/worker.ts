import type { Clock } from '../kernel/clock.ts';
import { messageOf } from '../kernel/errors.ts';

/** One claimed piece of work. `attempt` is its fencing number: a later claim has a higher one. */
export interface Claim {
  id: string;
  attempt: number;
}

/**
 * A kind of work whose queue is its own table. Implementations are a few SQL statements:
 * `claim` takes rows with `for update skip locked`, `extend` fails when another worker has taken over.
 */
export interface WorkSource<C extends Claim = Claim> {
  /** For logs and the worker list. */
  name: string;
  /** NOTIFY channel that says there may be work. */
  channel: string;
  /** How many this process runs at the same time. */
  concurrency: number;
  /** For work that nobody waits for: so long it leaves the database to what woke it, when it was idle. */
  delayMs?: number;
  claim(worker: string, limit: number, leaseSeconds: number): Promise<C[]>;
  /** Extends the lease; false when it is lost, or when the work was cancelled. */
  extend(claim: C, worker: string, leaseSeconds: number): Promise<boolean>;
  /** Does the work and records its end. `signal` aborts when the lease is lost, on cancel and on shutdown. */
  run(claim: C, worker: string, signal: AbortSignal): Promise<void>;
}

export interface WorkerDeps {
  /** Name of this worker, unique per process. */
  name: string;
  clock: Clock;
  leaseSeconds: number;
  listen(channel: string, wake: () => void): Promise<() => void>;
  onError(source: string, error: unknown): void;
}

/** How often tables are looked at without a NOTIFY: the safety net for lost notifications and expired leases. */
const pollMs = 1_000;

class LeaseLostError extends Error {
  constructor() {
    super('The lease was lost: another worker goes on, or the work was cancelled.');
    this.name = 'LeaseLostError';
  }
}

/**
 * Runs claimed work of several sources until stopped. At-least-once by itself; sources make effects happen once
 * by writing them together with their checkpoint under the fencing number.
 */
export class Worker {
  readonly #deps: WorkerDeps;
  readonly #sources: WorkSource[];
  readonly #running = new Map<string, { attempt: number; abort: AbortController; done: Promise<void> }>();
  readonly #stop = new AbortController();
  readonly #unlisten: (() => void)[] = [];
  readonly #loops: Promise<void>[] = [];

  constructor(deps: WorkerDeps, sources: WorkSource[]) {
    this.#deps = deps;
    this.#sources = sources;
  }

  async start(): Promise<void> {
    for (const source of this.#sources) {
      const wake = new Wake();
      this.#unlisten.push(await this.#deps.listen(source.channel, () => wake.now()));
      this.#loops.push(this.#serve(source, wake));
    }
  }

  /**
   * Takes no more work and lets running work stop at its next checkpoint.
   * Leases of what did not finish run out, and another worker goes on from there.
   */
  async stop(): Promise<void> {
    this.#stop.abort(new Error('the worker stops'));
    for (const unlisten of this.#unlisten) unlisten();
    for (const { abort } of this.#running.values()) abort.abort(this.#stop.signal.reason);
    await Promise.allSettled([...this.#loops, ...[...this.#running.values()].map(({ done }) => done)]);
  }

  async #serve(source: WorkSource, wake: Wake): Promise<void> {
    const busy = () => [...this.#running.keys()].filter((key) => key.startsWith(`${source.name}:`)).length;
    while (!this.#stop.signal.aborted) {
      const free = source.concurrency - busy();
      let claimed = 0;
      if (free > 0) {
        try {
          const claims = await source.claim(this.#deps.name, free, this.#deps.leaseSeconds);
          // Stopped meanwhile: whoever stops it waits for what it saw running, and then closes the database.
          if (this.#stop.signal.aborted) return;
          claimed = claims.length;
          for (const claim of claims) this.#begin(source, claim, wake);
        } catch (error) {
          this.#deps.onError(source.name, error);
        }
      }
      if (claimed === 0 || claimed < free) await wake.within(pollMs, this.#deps.clock, this.#stop.signal);
      if (claimed === 0 && source.delayMs)
        await this.#deps.clock.sleep(source.delayMs, this.#stop.signal).catch(() => {});
    }
  }

  #begin(source: WorkSource, claim: Claim, wake: Wake): void {
    const key = `${source.name}:${claim.id}`;
    // A database that crashed forgot the claim, and gave it to this worker again: what runs holds it.
    if (this.#running.get(key)?.attempt === claim.attempt) return;
    const abort = new AbortController();
    const done = this.#run(source, claim, abort).finally(() => {
      this.#running.delete(key);
      wake.now();
    });
    this.#running.set(key, { attempt: claim.attempt, abort, done });
  }

  async #run(source: WorkSource, claim: Claim, abort: AbortController): Promise<void> {
    const finished = new AbortController();
    const heartbeat = this.#heartbeat(source, claim, abort, finished.signal);
    try {
      await source.run(claim, this.#deps.name, abort.signal);
    } catch (error) {
      if (!abort.signal.aborted) this.#deps.onError(source.name, error);
    } finally {
      finished.abort();
      await heartbeat;
    }
  }

  async #heartbeat(
    source: WorkSource,
    claim: Claim,
    abort: AbortController,
    finished: AbortSignal,
  ): Promise<void> {
    // Three beats a lease, and at least one a second, so that a cancelled task stops within about a second.
    const everyMs = Math.min(1_000, (this.#deps.leaseSeconds * 1_000) / 3);
    while (!finished.aborted) {
      try {
        await this.#deps.clock.sleep(everyMs, finished);
      } catch {
        return;
      }
      try {
        if (!(await source.extend(claim, this.#deps.name, this.#deps.leaseSeconds)))
          abort.abort(new LeaseLostError());
      } catch (error) {
        // One missed beat is not the end; the fencing number guards every write.
        this.#deps.onError(source.name, new Error(`heartbeat: ${messageOf(error)}`, { cause: error }));
      }
    }
  }
}

/** A wake-up that is remembered when nobody sleeps. */
class Wake {
  #pending = false;
  #resolve: (() => void) | undefined;

  now(): void {
    this.#pending = true;
    this.#resolve?.();
  }

  async within(ms: number, clock: Clock, stop: AbortSignal): Promise<void> {
    if (!this.#pending) {
      const slept = new AbortController();
      const onStop = () => slept.abort();
      stop.addEventListener('abort', onStop, { once: true });
      await Promise.race([
        clock.sleep(ms, slept.signal).catch(() => {}),
        new Promise<void>((resolve) => {
          this.#resolve = resolve;
        }),
      ]);
      stop.removeEventListener('abort', onStop);
      slept.abort();
      this.#resolve = undefined;
    }
    this.#pending = false;
  }
}
