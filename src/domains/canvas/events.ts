import type { Database } from '../../database/index.ts';
import type { UserContext } from '../../operations/index.ts';
import { readArtifact } from './service.ts';

/** How long a follower's right to see the artifact is trusted before it is asked again. */
const recheckMs = 30_000;

/** Tells those who follow an artifact that it changed; they ask again under their own rights. */
export class CanvasEvents {
  readonly #database: Database;
  readonly #followers = new Map<string, Set<() => void>>();

  constructor(database: Database) {
    this.#database = database;
  }

  async start(): Promise<void> {
    await this.#database.listen('meta_agent_events', (payload) => {
      const { what, id } = JSON.parse(payload) as { what: string; id: string };
      if (what === 'canvas') for (const tell of this.#followers.get(id) ?? []) tell();
    });
  }

  /** Events until the caller goes away. Errors: `not_found`, also later, when it is no longer the caller's to see. */
  async *follow(context: UserContext, id: string) {
    const mustSee = () => this.#database.as(context.principal, (session) => readArtifact(session, id));
    await mustSee();
    let changed = false;
    let wake: () => void = () => {};
    const tell = () => {
      changed = true;
      wake();
    };
    const onAbort = () => wake();
    const followers = this.#followers.get(id) ?? new Set();
    this.#followers.set(id, followers.add(tell));
    context.signal.addEventListener('abort', onAbort, { once: true });
    try {
      yield { type: 'snapshot' as const };
      while (!context.signal.aborted) {
        if (!changed)
          await new Promise<void>((resolve) => {
            const timer = setTimeout(resolve, recheckMs);
            wake = () => {
              clearTimeout(timer);
              resolve();
            };
          });
        if (context.signal.aborted) return;
        const type = changed ? ('changed' as const) : ('ping' as const);
        changed = false;
        await mustSee();
        yield { type };
      }
    } finally {
      context.signal.removeEventListener('abort', onAbort);
      followers.delete(tell);
      if (followers.size === 0) this.#followers.delete(id);
    }
  }
}
