import { sql } from 'kysely';
import type { Database, Session, UserPrincipal } from '../../database/index.ts';
import type { Claim, WorkSource } from '../../jobs/index.ts';
import type { Clock } from '../../kernel/clock.ts';
import { isAppError } from '../../kernel/errors.ts';
import { sha256 } from '../../kernel/ids.ts';
import type { Models } from '../settings/index.ts';
import { openSpending } from '../usage/index.ts';
import { ask } from './candidates.ts';
import { contradicts } from './conflict.ts';
import type { MemorySettings } from './contract.ts';
import { factsByModel, type ModelFact } from './model-facts.ts';
import type { FactRow } from './queries.ts';
import { factsIn } from './rules.ts';
import type { MemoryService } from './service.ts';

/** Known facts that a new one is held against. */
const related = 8;
const retrySeconds = 30;

export interface MemorySourceDeps {
  database: Database;
  clock: Clock;
  models: Models;
  memory: MemoryService;
}

/** What a person said in one turn of a chat. */
interface Said {
  message_id: string;
  conversation_id: string;
  project_id: string | null;
  user_id: string;
  role: UserPrincipal['role'];
  content: string;
}

/**
 * Finished answers of chats: what the person said is read for facts, which are stored or asked about. Doing it twice
 * changes nothing: a fact has a key of its message and words, and a question is asked once.
 */
export class MemorySource implements WorkSource {
  readonly name = 'memory';
  readonly channel = 'meta_agent_work';
  readonly concurrency = 1;
  readonly #deps: MemorySourceDeps;

  constructor(deps: MemorySourceDeps) {
    this.#deps = deps;
  }

  claim(worker: string, limit: number, leaseSeconds: number): Promise<Claim[]> {
    return this.#deps.database.asService(
      'claim turns to read for memory',
      async (session) => {
        const { rows } = await sql<Claim>`
        select id, attempt from claim_work('memory', ${worker}, ${limit}, make_interval(secs => ${leaseSeconds}))`.execute(
          session,
        );
        return rows;
      },
      { atOnce: true },
    );
  }

  extend({ id, attempt }: Claim, worker: string, leaseSeconds: number): Promise<boolean> {
    return this.#deps.database.asService(
      'extend a lease',
      async (session) => {
        const { rows } = await sql<{ held: boolean }>`
        select extend_work('memory', ${id}, ${worker}, ${attempt}, make_interval(secs => ${leaseSeconds})) as held`.execute(
          session,
        );
        return rows[0]?.held ?? false;
      },
      { atOnce: true },
    );
  }

  async run(claim: Claim, worker: string, signal: AbortSignal): Promise<void> {
    let error: unknown;
    try {
      const said = await this.#said(claim.id);
      if (said !== undefined) await this.#learn(said, signal);
    } catch (caught) {
      if (signal.aborted) return;
      error = caught;
    }
    const retry = error !== undefined && !(isAppError(error) && error.details?.retryable === false);
    await this.#deps.database.asService('a turn was read for memory', (session) =>
      sql`select release_work('memory', ${claim.id}, ${worker}, ${claim.attempt},
        ${error === undefined ? 'done' : retry ? 'pending' : 'failed'},
        ${error === undefined ? null : error instanceof Error ? error.message : 'unknown'},
        ${retry ? sql`make_interval(secs => ${retrySeconds})` : null})`.execute(session),
    );
    if (error !== undefined && !isAppError(error)) throw error;
  }

  /** Nothing for a private chat, and for one that is gone. */
  #said(id: string): Promise<Said | undefined> {
    return this.#deps.database.asService('what was said', async (session) => {
      const { rows } = await sql<Said>`
        select q.id as message_id, c.id as conversation_id, c.project_id, u.id as user_id, u.role, q.content
        from meta_memory_extractions e
        join meta_messages a on a.id = e.message_id join meta_messages q on q.id = a.parent_message_id
        join meta_conversations c on c.id = a.conversation_id join users u on u.id = q.author_id
        where e.id = ${id} and q.role = 'user' and not c.is_private and c.deleted_at is null`.execute(
        session,
      );
      return rows[0];
    });
  }

  async #learn(said: Said, signal: AbortSignal): Promise<void> {
    const { database, clock, memory } = this.#deps;
    const principal: UserPrincipal = {
      kind: 'user',
      user_id: said.user_id,
      role: said.role,
      scopes: ['*'],
      permissions: [],
      agent: 'memory',
    };
    const settings = await database.as(principal, (session) => memory.settingsOf(session, said.user_id));
    if (settings.extraction === 'off') return;
    const byRules = factsIn(said.content, new Date(clock.now()));
    await this.#keep(
      said,
      principal,
      settings,
      'rules',
      byRules.map((fact) => ({ ...fact, contradicts_id: null })),
    );
    if (!settings.use_model) return;
    const model = await this.#deps.models.forTier(principal, 'haiku');
    if (model.kind === 'builtin') return;
    const known = await memory.findRelated(
      principal,
      said.content.slice(0, 2_000),
      said.project_id,
      related,
      signal,
    );
    const account = { principal, ...said, task_id: null, run_id: null, tier: 'haiku' as const, model };
    const byModel = await factsByModel(
      model,
      said.content,
      known,
      (most) => openSpending({ database, clock }, account, most, signal),
      `memory:${said.message_id}`,
      () => clock.now(),
      signal,
    );
    await this.#keep(said, principal, settings, model.label, byModel);
  }

  async #keep(
    said: Said,
    principal: UserPrincipal,
    settings: MemorySettings,
    extracted_by: string,
    facts: ModelFact[],
  ): Promise<void> {
    for (const fact of facts) {
      const neighbours = await this.#deps.memory.findRelated(
        principal,
        fact.content,
        said.project_id,
        related,
      );
      await this.#deps.database.as(principal, (session) =>
        this.#decide(session, said, settings, extracted_by, fact, neighbours),
      );
    }
  }

  async #decide(
    session: Session,
    said: Said,
    settings: MemorySettings,
    extracted_by: string,
    fact: ModelFact,
    neighbours: FactRow[],
  ): Promise<void> {
    const scope = await scopeOf(session, said, fact);
    const { rows } = await sql<{ id: string | null; secret: string | null }>`
      select private.secret_in(${fact.content}) as secret, (
        select n.id from unnest(${neighbours.map(({ id }) => id)}::uuid[], ${neighbours.map(({ content }) => content)}::text[])
          n (id, content) where private.same_fact(n.content, ${fact.content}) limit 1) as id`.execute(
      session,
    );
    if (rows[0]?.secret) return;
    const isKnown = Boolean(rows[0]?.id);
    const against = isKnown
      ? null
      : (fact.contradicts_id ??
        neighbours.find(({ content }) => contradicts(fact.content, content))?.id ??
        null);
    const certain = against === null || fact.changed;
    if (isKnown || (settings.extraction === 'automatic' && certain))
      await this.#deps.memory.store(session, {
        user_id: said.user_id,
        content: fact.content,
        category: fact.category,
        project_id: scope,
        importance_score: fact.importance_score,
        expires_at: fact.expires_at,
        supersedes_id: against,
        source: { conversation_id: said.conversation_id, message_id: said.message_id },
        idempotency_key: `${said.message_id}:${sha256(fact.content).slice(0, 16)}`,
      });
    else
      await ask(session, {
        user_id: said.user_id,
        project_id: scope,
        content: fact.content,
        category: fact.category,
        importance_score: fact.importance_score,
        expires_at: fact.expires_at,
        contradicts_id: against,
        extracted_by,
        source_conversation_id: said.conversation_id,
        source_message_id: said.message_id,
      });
  }
}

/**
 * What is said about the person is theirs alone; how things are done, and dates, in the chat of a project are the
 * project's, where the person may write there.
 */
async function scopeOf(
  session: Session,
  { project_id }: Said,
  { category }: ModelFact,
): Promise<string | null> {
  if (project_id === null || (category !== 'instruction' && category !== 'context')) return null;
  const { rows } = await sql<{ writes: boolean }>`
    select ${project_id}::uuid in (select private.project_ids('editor')) as writes`.execute(session);
  return rows[0]?.writes ? project_id : null;
}
