import { type Database, found } from '../../database/index.ts';
import type { UserContext } from '../../operations/index.ts';
import { findProject } from './queries.ts';

/** What the database says on channel `meta_agent_changes` when something in a project changes. */
export interface ProjectChange {
  project_id: string;
  what: 'project' | 'task' | 'run' | 'step' | 'artifact' | 'decision' | 'budget';
  id: string;
  task_id?: string;
}

/** How long a follower's right to see the project is trusted before it is asked again. */
const recheckMs = 30_000;

/** Hands the changes of a project to everyone who follows it and may see it. */
export class ProjectEvents {
  readonly #database: Database;
  readonly #followers = new Map<string, Set<(change: ProjectChange) => void>>();

  constructor(database: Database) {
    this.#database = database;
  }

  async start(): Promise<void> {
    await this.#database.listen('meta_agent_changes', (payload) => {
      const change = JSON.parse(payload) as ProjectChange;
      for (const tell of this.#followers.get(change.project_id) ?? []) tell(change);
    });
  }

  /** Events until the caller goes away. Errors: `not_found`, also later, when the project is no longer the caller's to see. */
  async *follow(context: UserContext, projectId: string) {
    await this.#mustSee(context, projectId);
    const queue: ProjectChange[] = [];
    let wake: () => void = () => {};
    const tell = (change: ProjectChange) => {
      queue.push(change);
      wake();
    };
    const followers = this.#followers.get(projectId) ?? new Set();
    this.#followers.set(projectId, followers.add(tell));
    context.signal.addEventListener('abort', () => wake(), { once: true });
    try {
      yield { type: 'snapshot' as const };
      while (!context.signal.aborted) {
        const change = queue.shift();
        if (change) {
          const { what, id, task_id } = change;
          yield { type: 'changed' as const, what, id, ...(task_id ? { task_id } : {}) };
          continue;
        }
        const woken = await new Promise<boolean>((resolve) => {
          const timer = setTimeout(() => resolve(false), recheckMs);
          wake = () => {
            clearTimeout(timer);
            resolve(true);
          };
          if (queue.length > 0 || context.signal.aborted) wake();
        });
        if (!woken) {
          await this.#mustSee(context, projectId);
          yield { type: 'ping' as const };
        }
      }
    } finally {
      followers.delete(tell);
      if (followers.size === 0) this.#followers.delete(projectId);
    }
  }

  async #mustSee(context: UserContext, projectId: string): Promise<void> {
    await this.#database.as(context.principal, async (session) =>
      found(await findProject(session, projectId), 'The project'),
    );
  }
}
