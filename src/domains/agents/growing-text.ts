import type { Clock } from '../../kernel/clock.ts';

/**
 * Keeps text that is being produced: the first words at once, then at most every `everyMs`, also while nothing more
 * comes. Writes take turns and do not hold up the reader; one that fails is thrown by the next `add` or by `end`.
 */
export class GrowingText {
  readonly #write: (more: string) => Promise<void>;
  readonly #clock: Clock;
  readonly #everyMs: number;
  #pending = '';
  #keptAt = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();
  #fault: { cause: unknown } | undefined;

  constructor(clock: Clock, everyMs: number, write: (more: string) => Promise<void>) {
    this.#clock = clock;
    this.#everyMs = everyMs;
    this.#write = write;
  }

  add(text: string): void {
    if (this.#fault) throw this.#fault.cause;
    this.#pending += text;
    this.#timer ??= setTimeout(
      () => this.#flush(),
      Math.max(0, this.#keptAt + this.#everyMs - this.#clock.now()),
    );
  }

  /** Stops, waiting for the write under way. What was not written yet is the caller's to keep with the whole. */
  async end(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#writing;
    if (this.#fault) throw this.#fault.cause;
  }

  #flush(): void {
    this.#timer = undefined;
    this.#keptAt = this.#clock.now();
    const more = this.#pending;
    this.#pending = '';
    this.#writing = this.#writing
      .then(() => (this.#fault ? undefined : this.#write(more)))
      .catch((cause: unknown) => {
        this.#fault ??= { cause };
      });
  }
}
