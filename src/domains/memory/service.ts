import type { z } from 'zod';
import { type Database, found, type Session, type UserPrincipal } from '../../database/index.ts';
import { AppError } from '../../kernel/errors.ts';
import { decodeCursor, toPage } from '../../kernel/page.ts';
import type { UserContext } from '../../operations/index.ts';
import { embedQuery } from '../../providers/embedding/index.ts';
import { estimateTokens } from '../../providers/model/index.ts';
import type { PersonalEmbedding } from '../usage/index.ts';
import * as candidates from './candidates.ts';
import type { MemorySettings, memoryContract } from './contract.ts';
import * as queries from './queries.ts';

type Input<K extends keyof typeof memoryContract> = z.output<(typeof memoryContract)[K]['input']>;

/** What holds for a person who never chose. The same as the defaults of the table. */
const defaultSettings: MemorySettings = { extraction: 'ask', use_model: false, max_facts: 5_000 };

/** What is remembered about a person and their projects. */
export class MemoryService {
  readonly #database: Database;
  readonly #embedding: PersonalEmbedding;

  constructor(database: Database, embedding: PersonalEmbedding) {
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
      if (input.supersedes_id !== undefined)
        found(await queries.findFact(session, input.supersedes_id), 'The fact that it replaces');
      const { id } = await this.store(session, {
        ...input,
        user_id: context.principal.user_id,
        project_id: input.project_id ?? null,
      });
      return found(await queries.findFact(session, id), 'The fact');
    });
  }

  /** Keeps a fact inside a transaction of the caller's, within the bound. Errors: `unprocessable` for a secret. */
  async store(session: Session, fact: queries.FactInput) {
    const stored = await queries.storeFact(session, fact);
    if (stored.is_new) await queries.evictFacts(session, fact.user_id);
    return stored;
  }

  update(context: UserContext, { id, ...change }: Input<'update'>) {
    return this.#database.as(context.principal, async (session) => {
      if (Object.keys(change).length === 0) return found(await queries.findFact(session, id), 'The fact');
      return found(await queries.updateFact(session, id, change), 'The fact');
    });
  }

  async delete(context: UserContext, id: string) {
    const done = await this.#database.as(context.principal, (session) => queries.forgetFact(session, id));
    found(done || undefined, 'The fact');
    return { ok: true as const };
  }

  restore(context: UserContext, id: string) {
    return this.#database.as(context.principal, async (session) => {
      if (!(await queries.restoreFact(session, id)))
        throw new AppError('not_found', 'The fact is gone for good.', {
          fix: 'Facts can be brought back for an hour; add it again.',
        });
      return found(await queries.findFact(session, id), 'The fact');
    });
  }

  merge(context: UserContext, input: Input<'merge'>) {
    return this.#database.as(context.principal, async (session) => {
      await queries.mergeFacts(session, input.keep_id, input.other_id, input.content);
      return found(await queries.findFact(session, input.keep_id), 'The fact');
    });
  }

  async clear(context: UserContext, input: Input<'clear'>) {
    const rows = await this.#database.as(context.principal, async (session) => {
      const { user_id } = context.principal;
      const gone = await queries.clearFacts(session, user_id, input.project_id);
      await queries.clearTraces(session, user_id, input.project_id);
      return gone;
    });
    return { forgotten: rows.length };
  }

  async search(context: UserContext, input: Input<'search'>) {
    const { items, ...cut } = await this.#search(context.principal, {
      ...input,
      project_id: input.project_id ?? null,
      signal: context.signal,
    });
    // A person who looks through their memory does not use it; an assistant that asks does.
    if (!context.browser) await this.#touch(context.principal, items);
    return { items, next: null, ...cut };
  }

  /** The person's own facts and, inside a project, the project's; a persona sees its own as well. Counts as their use. */
  async searchFacts(principal: UserPrincipal, search: FactSearch) {
    const items = await this.findFacts(principal, search);
    await this.#touch(principal, items);
    return items;
  }

  /** The same for a prompt; who uses what was found says so with `touch`. */
  async findFacts(principal: UserPrincipal, search: FactSearch) {
    return (await this.#search(principal, search)).items;
  }

  /** Facts were used: that decides what stays. */
  async touch(session: Session, ids: string[]): Promise<void> {
    if (ids.length > 0) await queries.touchFacts(session, ids);
  }

  async #touch(principal: UserPrincipal, facts: { id: string }[]): Promise<void> {
    if (facts.length === 0) return;
    const ids = facts.map(({ id }) => id);
    await this.#database.as(principal, (session) => this.touch(session, ids));
  }

  /** Facts that may be about the same thing; looking for them is no use of them. */
  async findRelated(
    principal: UserPrincipal,
    text: string,
    project_id: string | null,
    limit: number,
    signal?: AbortSignal,
  ): Promise<queries.FactRow[]> {
    const vector = await embedQuery(this.#embedding.for(principal), text, signal);
    return this.#database.as(principal, (session) =>
      queries.searchFacts(session, {
        query: text,
        ...vector,
        filter: { user_id: principal.user_id, project_id: [project_id, null], persona_id: null },
        limit,
      }),
    );
  }

  async #search(principal: UserPrincipal, search: FactSearch) {
    const vector = await embedQuery(this.#embedding.for(principal), search.query, search.signal);
    const rows = await this.#database.as(
      principal,
      (session) =>
        queries.searchFacts(session, {
          query: search.query,
          ...vector,
          filter: {
            user_id: principal.user_id,
            ...(search.project_id === null ? {} : { project_id: [search.project_id, null] }),
            persona_id: search.persona_id === undefined ? null : [search.persona_id, null],
            ...(search.category === undefined ? {} : { category: search.category }),
          },
          limit: search.limit,
        }),
      { atOnce: true },
    );
    return withinTokens(rows, search.max_tokens);
  }

  /** Conversations of the person's own that speak of something; private ones are not searched. */
  async recall(context: UserContext, input: Input<'recall'>) {
    const vector = await embedQuery(this.#embedding.for(context.principal), input.query, context.signal);
    const items = await this.#database.as(context.principal, (session) =>
      queries.recall(session, { ...input, ...vector, filter: { user_id: context.principal.user_id } }),
    );
    return { items, next: null };
  }

  async candidates(context: UserContext, input: Input<'candidates'>) {
    const rows = await this.#database.as(context.principal, (session) =>
      candidates.listCandidates(session, {
        user_id: context.principal.user_id,
        limit: input.limit,
        cursor: input.cursor ? decodeCursor(input.cursor) : undefined,
      }),
    );
    const { items, next } = toPage(rows, input.limit);
    return {
      items: items.map(({ contradicts_id, contradicts_content, ...row }) => ({
        ...row,
        contradicts:
          contradicts_id === null || contradicts_content === null
            ? null
            : { id: contradicts_id, content: contradicts_content },
      })),
      next,
    };
  }

  /** A found fact becomes a remembered one; `replace` ends the fact it contradicts. */
  accept(context: UserContext, input: Input<'accept'>) {
    return this.#database.as(context.principal, async (session) => {
      const row = found(
        await candidates.holdCandidate(session, input.candidate_id, context.principal.user_id),
        'The found fact',
      );
      const content = input.content ?? row.content;
      const { id } = await this.store(session, {
        user_id: context.principal.user_id,
        content,
        category: input.category ?? row.category,
        project_id: row.project_id,
        importance_score: row.importance_score,
        expires_at: row.expires_at,
        supersedes_id: input.replace ? row.contradicts_id : null,
        source: sourceOf(row),
      });
      const edited = content !== row.content || (input.category ?? row.category) !== row.category;
      await candidates.decide(session, row.id, {
        status: edited ? 'edited' : 'accepted',
        content,
        fact_id: id,
      });
      return found(await queries.findFact(session, id), 'The fact');
    });
  }

  async reject(context: UserContext, id: string) {
    await this.#database.as(context.principal, async (session) => {
      const { user_id } = context.principal;
      const row = found(await candidates.holdCandidate(session, id, user_id), 'The found fact');
      await candidates.decide(session, row.id, { status: 'rejected' });
    });
    return { ok: true as const };
  }

  settings(context: UserContext): Promise<MemorySettings> {
    return this.#database.as(context.principal, (session) =>
      this.settingsOf(session, context.principal.user_id),
    );
  }

  /** Inside a transaction of the caller's. */
  async settingsOf(session: Session, userId: string): Promise<MemorySettings> {
    const row = await queries.findSettings(session, userId);
    return (row as MemorySettings | undefined) ?? defaultSettings;
  }

  updateSettings(context: UserContext, change: Input<'updateSettings'>): Promise<MemorySettings> {
    return this.#database.as(context.principal, async (session) => {
      const { user_id } = context.principal;
      const settings = { ...(await this.settingsOf(session, user_id)), ...change };
      await queries.storeSettings(session, user_id, settings);
      if (change.max_facts !== undefined) await queries.evictFacts(session, user_id);
      return settings;
    });
  }
}

export interface FactSearch {
  query: string;
  project_id: string | null;
  persona_id?: string | undefined;
  category?: queries.Category | undefined;
  limit: number;
  /** Tokens the contents may have together. */
  max_tokens?: number | undefined;
  signal?: AbortSignal;
}

/** The best rows whose contents fit; the first that does not fit ends the list, so that no worse one stands for a better. */
function withinTokens<T extends { content: string }>(rows: T[], most = Number.POSITIVE_INFINITY) {
  const items: T[] = [];
  let tokens_used = 0;
  for (const row of rows) {
    const tokens = estimateTokens(row.content);
    if (tokens_used + tokens > most) break;
    items.push(row);
    tokens_used += tokens;
  }
  return { items, tokens_used, left_out: rows.length - items.length };
}

const sourceOf = (row: { source_conversation_id: string | null; source_message_id: string | null }) => ({
  ...(row.source_conversation_id === null ? {} : { conversation_id: row.source_conversation_id }),
  ...(row.source_message_id === null ? {} : { message_id: row.source_message_id }),
});
