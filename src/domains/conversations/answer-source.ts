import { sql } from 'kysely';
import { found, type Session, type UserPrincipal } from '../../database/index.ts';
import type { Claim, WorkSource } from '../../jobs/index.ts';
import { AppError, isAppError } from '../../kernel/errors.ts';
import { failureOf, runPhase } from '../agents/index.ts';
import { renderSystem } from '../preferences/index.ts';
import { openSpending } from '../usage/index.ts';
import { AttachedFiles } from './attachments.ts';
import { Heartbeats } from './heartbeats.ts';
import type { LiveText } from './live-text.ts';
import type { ReadAhead } from './read-ahead.ts';
import { answerRecorder, failAnswer } from './recorder.ts';
import { titleConversation } from './title.ts';
import { permit } from './tools/approvals.ts';
import {
  answererFor,
  artifactsBeside,
  chosenFor,
  composeTurn,
  contextOf,
  factsFor,
  type TurnDeps,
} from './turn.ts';

/**
 * How often growing text is kept: each answer a few times a second, many at once less often, so that keeping them
 * takes about the same work a second however many there are. Followers in this process read ahead of it.
 */
const shortestFlushMs = 200;
const flushMsForEach = 4;

interface AnswerClaim extends Claim {
  conversation_id: string;
  /** Who asked: the answer is produced with their rights. */
  author_id: string;
  role: UserPrincipal['role'];
  project_id: string | null;
  is_private: boolean;
  question: string;
  /** What the answer says so far. */
  content: string;
}

/** Answers of chats: produced by a worker, so that leaving the page stops nothing. */
export class AnswerSource implements WorkSource<AnswerClaim> {
  readonly name = 'answer';
  readonly channel = 'meta_agent_answers';
  readonly concurrency: number;
  readonly #deps: TurnDeps;
  readonly #live: LiveText;
  readonly #ahead: ReadAhead;
  readonly #heartbeats: Heartbeats;

  constructor(deps: TurnDeps, live: LiveText, ahead: ReadAhead, concurrency: number) {
    this.#deps = deps;
    this.#live = live;
    this.#ahead = ahead;
    ahead.serve();
    this.#heartbeats = new Heartbeats(deps.database);
    this.concurrency = concurrency;
  }

  claim(worker: string, limit: number, leaseSeconds: number): Promise<AnswerClaim[]> {
    return this.#deps.database.asService(
      'claim answers',
      async (session) => {
        const { rows } = await sql<AnswerClaim>`
          select m.id, m.attempt, m.conversation_id, u.id as author_id, u.role, m.project_id, c.is_private,
            coalesce(q.content, '') as question, m.content
          from claim_messages(${worker}, ${limit}, make_interval(secs => ${leaseSeconds})) m
          join users u on u.id = coalesce(m.author_id, m.user_id)
          join meta_conversations c on c.id = m.conversation_id
          left join meta_messages q on q.id = m.parent_message_id`.execute(session);
        return rows;
      },
      // A claim that a crash of the database forgets is made again: by another worker, whose name is part of the hold, or by
      // this one, which sees that it runs that attempt already.
      { durable: false, atOnce: true },
    );
  }

  extend({ id, attempt }: AnswerClaim, worker: string, leaseSeconds: number): Promise<boolean> {
    return this.#heartbeats.beat(id, attempt, worker, leaseSeconds);
  }

  async run(claim: AnswerClaim, worker: string, signal: AbortSignal): Promise<void> {
    const { database } = this.#deps;
    try {
      const principal = answererFor({ user_id: claim.author_id, role: claim.role });
      if ((await this.#answer(claim, worker, principal, signal)) === 'waiting') return;
      await titleConversation(this.#deps, claim, principal, signal);
    } catch (error) {
      if (signal.aborted || isAppError(error, 'conflict')) return;
      const { message } = failureOf(error);
      await database.asService('failed answer', (session) =>
        failAnswer(session, claim.conversation_id, claim.id, message),
      );
      if (!isAppError(error)) throw error;
    }
  }

  async #answer(claim: AnswerClaim, worker: string, principal: UserPrincipal, signal: AbortSignal) {
    const { database, clock } = this.#deps;
    const { conversation_id, project_id, id } = claim;
    const recorder = answerRecorder(claim, this.#live, {
      given: () => ({ memory_ids, parameters, show_thinking: turn.showThinking }),
      note: (session) => this.#deps.memory.touch(session, memory_ids),
    });
    const ahead = this.#ahead.take(id);
    const [[artifacts, steps, chosenNow], facts, chosenAhead] = await Promise.all([
      database.as(
        principal,
        (session) =>
          Promise.all([
            artifactsBeside(session, conversation_id, id),
            recorder.steps(session),
            ahead ? undefined : chosenFor(this.#deps, session, principal, conversation_id),
          ]),
        { atOnce: true },
      ),
      ahead?.facts ?? factsFor(this.#deps, claim, principal, signal),
      ahead?.chosen,
    ]);
    const chosen = found(chosenAhead ?? chosenNow, 'The conversation');
    // It may have been made private meanwhile.
    const is_private = chosen.is_private || claim.is_private;
    const turn = await composeTurn(
      this.#deps,
      { ...chosen, is_private, answer_id: id, artifacts },
      is_private ? [] : facts,
      principal,
    );
    const { model, tier, memory_ids, parameters } = turn;
    const attached = new AttachedFiles(this.#deps, principal, model);
    const hold = async (session: Session): Promise<void> => {
      const { rows } = await sql`
        select 1 from meta_messages where id = ${id} and attempt = ${claim.attempt}
          and lease_owner = ${worker} and status in ('streaming', 'complete') for share`.execute(session);
      if (rows.length === 0)
        throw new AppError('conflict', 'The answer was stopped or is produced elsewhere.');
    };
    try {
      const { outcome } = await runPhase(
        { database, clock },
        {
          id,
          thread_id: conversation_id,
          record: {
            ...recorder,
            ...(turn.showThinking && { thought: (text: string) => this.#live.think(id, text) }),
          },
          steps,
          flushMs: Math.max(shortestFlushMs, this.#live.size * flushMsForEach),
          principal,
          agent: 'chat',
          system: renderSystem(turn.system),
          ...contextOf(turn),
          tools: turn.tools,
          parameters,
          maxInputTokens: turn.maxInputTokens,
          maxSearches: turn.searchDepth,
          model,
          scope: { project_id, task: null },
          hold,
          reserve: (tokens, cost, signal) =>
            openSpending(
              { database, clock },
              {
                principal,
                project_id,
                task_id: null,
                run_id: null,
                conversation_id,
                message_id: id,
                tier,
                model,
              },
              { tokens, cost },
              signal,
            ),
          answerTo: async () => undefined,
          permit: (tool, call, key) =>
            database.as(principal, async (session) => {
              await hold(session);
              return permit(session, { conversation_id, message_id: id, key, tool, call });
            }),
          attachments: (steps, signal) => attached.parts(steps, signal),
        },
        signal,
      );
      return outcome;
    } finally {
      this.#live.end(id);
    }
  }
}
