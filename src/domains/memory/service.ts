import type { z } from 'zod';
import { type Database, found, type Session, type UserPrincipal } from '../../database/index.ts';
import { decodeCursor, toPage } from '../../kernel/page.ts';
import type { UserContext } from '../../operations/index.ts';
import { type EmbeddingProvider, embedQuery } from '../../providers/embedding/index.ts';
import type { memoryContract } from './contract.ts';
import * as queries from './queries.ts';

type Input<K extends keyof typeof memoryContract> = z.output<(typeof memoryContract)[K]['input']>;

/** What is remembered about a person and their projects. */
export class MemoryService {
  readonly #database: Database;
  readonly #embedding: EmbeddingProvider;

  constructor(database: Database, embedding: EmbeddingProvider) {
    this.#database = database;
    this.#embedding = embedding;
  }

  async list(context: UserContext, input: Input<'list'>) {
    const rows = await this.#database.as(context.principal, (session) =>
      queries.listFacts(session, { ...input, cursor: input.cursor ? decodeCursor(input.cursor) : undefined }),
    );
    return toPage(rows, input.limit);
  }

  create(context: UserContext, input: Input<'create'>) {
    return this.#database.as(context.principal, async (session) => {
      const { id } = await queries.storeFact(session, {
        ...input,
        user_id: context.principal.user_id,
        project_id: input.project_id ?? null,
      });
      return found(await queries.findFact(session, id), 'The fact');
    });
  }

  /** Keeps a fact inside a transaction of the caller's. */
  store(session: Session, fact: queries.FactInput) {
    return queries.storeFact(session, fact);
  }

  update(context: UserContext, { id, ...change }: Input<'update'>) {
    return this.#database.as(context.principal, async (session) => {
      if (Object.keys(change).length === 0) return found(await queries.findFact(session, id), 'The fact');
      return found(await queries.updateFact(session, id, change), 'The fact');
    });
  }

  async delete(context: UserContext, id: string) {
    await this.#database.as(context.principal, async (session) =>
      found(await queries.deleteFact(session, id), 'The fact'),
    );
    return { ok: true as const };
  }

  async clear(context: UserContext, input: Input<'clear'>) {
    const rows = await this.#database.as(context.principal, (session) =>
      queries.clearFacts(session, context.principal.user_id, input.project_id),
    );
    return { forgotten: rows.length };
  }

  async search(context: UserContext, input: Input<'search'>) {
    const items = await this.searchFacts(context.principal, {
      ...input,
      project_id: input.project_id ?? null,
      signal: context.signal,
    });
    return { items, next: null };
  }

  /** The person's own facts and, inside a project, the project's. */
  async searchFacts(
    principal: UserPrincipal,
    search: { query: string; project_id: string | null; limit: number; signal?: AbortSignal },
  ) {
    const vector = await embedQuery(this.#embedding, search.query, search.signal);
    return this.#database.as(principal, (session) =>
      queries.searchFacts(session, {
        query: search.query,
        ...vector,
        filter:
          search.project_id === null
            ? { user_id: principal.user_id }
            : { user_id: principal.user_id, project_id: [search.project_id, null] },
        limit: search.limit,
      }),
    );
  }
}
