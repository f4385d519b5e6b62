import { type RawBuilder, sql } from 'kysely';
import { json, type Session } from '../../database/index.ts';
import type { ModelParameters } from '../../providers/model/index.ts';
import { insertToolStep, type Recorder, type Step } from '../agents/index.ts';
import { readCitations } from './citations.ts';
import type { LiveText } from './live-text.ts';
import { announce, announceText } from './queries.ts';

/** Messages of the answer's path that a model is shown again; older ones are found by search. */
const historyMessages = 40;

/** The limit is part of the text: with it as a parameter PostgreSQL makes a plan for each execution, which takes longer than it. */
const history = (last: RawBuilder<unknown>, most: number) => sql`
  select m.* from message_path(${last}) p join meta_messages m on m.id = p.id
  where m.role in ('user', 'assistant')
    and (m.content <> '' or exists (select from meta_message_attachments f where f.message_id = m.id))
  order by m.sequence desc limit ${sql.lit(most)}`;

const stepFields = sql`s.id, s.sequence, s.role, s.content, s.status, s.tool_calls, s.tool_call_id, s.tool_name, s.tool_output,
  '' as phase, 0 as remarks, coalesce((s.metadata ->> 'is_error')::boolean, false) as is_error,
  exists (select from meta_message_attachments f where f.message_id = s.id) as has_attachments`;

/** What a model would be shown before a question that is asked next, after the message `last`. */
export async function stepsBefore(session: Session, last: string | null): Promise<Step[]> {
  const { rows } = await sql<Step>`
    select ${stepFields} from (${history(sql`${last}::uuid`, historyMessages - 1)}) s order by s.sequence`.execute(
    session,
  );
  return rows;
}

/** What is kept with an answer of what its model is given: facts from memory, the parameters it takes, what is shown of it. */
export interface Given {
  memory_ids: string[];
  parameters: ModelParameters;
  show_thinking: boolean;
}

/**
 * Keeps an answer of a chat. Its text grows in the one message people see; the tool calls on the way to it are
 * messages below that one. What the model is given is kept with the beginning of its first call.
 */
export function answerRecorder(
  {
    conversation_id: conversationId,
    id: answerId,
    attempt,
    content,
  }: { conversation_id: string; id: string; attempt: number; content: string },
  live: LiveText,
  turn: { given(): Given; note(session: Session): Promise<unknown> },
): Recorder {
  const phase = `answer:${answerId}`;
  /** Length of the visible text when the current call began, to go back to when it fails. */
  let keptLength = 0;
  /** The text when a call begins. */
  let kept = content;
  let isNoted = false;
  /** Changes the answer while it is produced; gives its text. */
  const update = async (session: Session, change: RawBuilder<unknown>): Promise<string> => {
    const { rows } = await sql<{ content: string }>`
      update meta_messages set ${change} where id = ${answerId} and status = 'streaming' returning content`.execute(
      session,
    );
    return rows[0]?.content ?? '';
  };

  return {
    async steps(session) {
      const { rows } = await sql<Step>`
        with history as (${history(sql`(select a.parent_message_id from meta_messages a where a.id = ${answerId})`, historyMessages)}),
        own as (
          select m.* from meta_messages m where m.parent_message_id = ${answerId} and m.is_step
          union all
          select m.* from meta_messages m where m.id = ${answerId} and m.status = 'complete'
        )
        select ${stepFields}, part from (select 1 as part, h.* from history h
              union all select case when o.id = ${answerId} then 3 else 2 end, o.* from own o) s
        order by part, sequence`.execute(session);
      return rows;
    },

    // The first process to produce it finds nothing of another.
    ...(attempt > 1 && {
      async recover(session: Session) {
        // The text of finished calls stays; what a crashed process had begun to say after them is said again.
        kept = await update(
          session,
          sql`content = coalesce((
            select string_agg(s.content || E'\\n\\n', '' order by s.sequence) from meta_messages s
            where s.parent_message_id = ${answerId} and s.is_step and s.role = 'assistant' and s.content <> ''), '')`,
        );
        await announce(session, conversationId);
      },
    }),

    begins() {
      keptLength = [...kept].length;
      live.set(conversationId, answerId, kept);
    },

    async open(session, model) {
      const given = isNoted ? sql`` : sql`, metadata = metadata || ${json(turn.given())}`;
      await Promise.all([
        update(session, sql`model_used = ${model}${given}`),
        isNoted ? undefined : turn.note(session),
      ]);
      isNoted = true;
      return answerId;
    },

    async append(session, id, text) {
      await Promise.all([
        sql`update meta_messages set content = content || ${text} where id = ${id} and status = 'streaming'`.execute(
          session,
        ),
        announceText(session, conversationId),
      ]);
    },

    said: (text) => live.grow(answerId, text),
    calling: (call, tool, input) => live.call(answerId, call, tool, input),

    async finish(session, id, step) {
      const usage = sql`input_tokens = input_tokens + ${step.usage.inputTokens},
        output_tokens = output_tokens + ${step.usage.outputTokens},
        cached_tokens = cached_tokens + ${step.usage.cachedInputTokens},
        reasoning_tokens = reasoning_tokens + ${step.usage.reasoningTokens}, cost = cost + ${step.cost}`;
      if (step.tool_calls.length > 0) {
        await sql`insert into meta_messages (conversation_id, parent_message_id, role, content, tool_calls, model_used, metadata)
          values (${conversationId}, ${answerId}, 'assistant', ${step.content}, ${json(step.tool_calls)}, ${step.model},
            ${json({ phase })})`.execute(session);
        const shown = step.content ? `${step.content}\n\n` : '';
        kept = await update(session, sql`content = substr(content, 1, ${keptLength}) || ${shown}, ${usage}`);
        live.set(conversationId, answerId, kept);
      } else {
        const { content, citations } = await readCitations(session, step.content);
        await sql`update meta_messages set status = 'complete', reasoning = ${step.reasoning || null},
            content = substr(content, 1, ${keptLength}) || ${content},
            metadata = metadata || ${json({ citations })}, ${usage}
          where id = ${id} and status = 'streaming'`.execute(session);
      }
      await announce(session, conversationId);
    },

    async discard(session) {
      kept = await update(session, sql`content = substr(content, 1, ${keptLength})`);
      live.set(conversationId, answerId, kept);
      await announce(session, conversationId);
    },

    async tool(session, step) {
      await insertToolStep(session, conversationId, phase, step, answerId);
      await announce(session, conversationId);
    },
  };
}

/** Ends an answer that cannot be finished; what was said so far stays. */
export async function failAnswer(
  session: Session,
  conversationId: string,
  answerId: string,
  error: string,
): Promise<void> {
  await sql`update meta_messages set status = 'failed', error = ${error} where id = ${answerId} and status = 'streaming'`.execute(
    session,
  );
  await announce(session, conversationId);
}
