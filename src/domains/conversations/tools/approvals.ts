import { sql } from 'kysely';
import type { z } from 'zod';
import { type Database, found, json, type Session, type UserPrincipal } from '../../../database/index.ts';
import { AppError } from '../../../kernel/errors.ts';
import type { UserContext } from '../../../operations/index.ts';
import type { ToolCall } from '../../../providers/model/index.ts';
import type { Tool } from '../../agents/index.ts';
import * as queries from '../queries.ts';
import { toMessage } from '../view.ts';
import type { toolsContract } from './contract.ts';

type Input<K extends keyof typeof toolsContract> = z.output<(typeof toolsContract)[K]['input']>;
type Permission = 'always' | 'ask' | 'never';

/** What people allow the tools of their chats, and the calls that wait for a decision. */
export class Approvals {
  readonly #database: Database;
  readonly #tools: (principal: UserPrincipal) => Promise<Tool[]>;

  constructor(database: Database, tools: (principal: UserPrincipal) => Promise<Tool[]>) {
    this.#database = database;
    this.#tools = tools;
  }

  async list(context: UserContext, { conversation_id }: Input<'listTools'>) {
    const tools = await this.#tools(context.principal);
    const chosen = await this.#database.as(context.principal, (session) =>
      session
        .selectFrom('meta_tool_permissions')
        .select(['tool_name', 'conversation_id', 'permission'])
        .where('user_id', '=', context.principal.user_id)
        .execute(),
    );
    const choice = (name: string, conversation: string | null) =>
      chosen.find((row) => row.tool_name === name && row.conversation_id === conversation)?.permission as
        | Permission
        | undefined;
    return {
      items: tools.map((tool) => ({
        name: tool.name,
        description: tool.description,
        permission: choice(tool.name, null) ?? ownPermission(tool),
        conversation_permission: (conversation_id && choice(tool.name, conversation_id)) || null,
      })),
    };
  }

  async set(context: UserContext, { name, permission, conversation_id }: Input<'setToolPermission'>) {
    await this.#database.as(context.principal, async (session) => {
      if (conversation_id)
        found(await queries.findConversation(session, conversation_id), 'The conversation');
      await storePermission(session, name, conversation_id ?? null, permission);
    });
    return { ok: true as const };
  }

  /** Keeps the decision and lets the answer go on once no other call waits. */
  decide(context: UserContext, { approval_id, decision, holds }: Input<'decide'>) {
    return this.#database.as(context.principal, async (session) => {
      const { rows } = await sql<{
        message_id: string;
        tool_name: string;
        conversation_id: string;
        status: string;
      }>`
        select a.message_id, a.tool_name, m.conversation_id, m.status
        from meta_tool_approvals a join meta_messages m on m.id = a.message_id
        where a.id = ${approval_id} for update of a`.execute(session);
      const asked = found(rows[0], 'The tool call');
      if (asked.status !== 'waiting')
        throw new AppError('conflict', 'The answer does not wait for this decision any more.', {
          fix: 'Reload to see how it went on.',
        });
      await sql`update meta_tool_approvals set decision = ${decision} where id = ${approval_id}`.execute(
        session,
      );
      if (holds !== 'once')
        await storePermission(
          session,
          asked.tool_name,
          holds === 'conversation' ? asked.conversation_id : null,
          decision === 'allowed' ? 'always' : 'never',
        );
      await sql`update meta_messages m set status = 'streaming'
        where id = ${asked.message_id} and status = 'waiting' and not exists (
          select from meta_tool_approvals a where a.message_id = m.id and a.decision is null)`.execute(
        session,
      );
      await queries.announce(session, asked.conversation_id);
      await queries.announceAnswer(session);
      return toMessage(found(await queries.findMessage(session, asked.message_id), 'The message'));
    });
  }
}

/** The call of a tool on the way to an answer. */
export interface AskedCall {
  conversation_id: string;
  message_id: string;
  key: string;
  tool: Tool;
  call: ToolCall;
}

/**
 * Whether a call may run: as was decided for it, else as the person chose for the tool. A call that needs a decision
 * is written down, and its answer waits. Runs in a transaction of the agent, which cannot decide by itself.
 */
export async function permit(
  session: Session,
  { conversation_id, message_id, key, tool, call }: AskedCall,
): Promise<'allowed' | 'denied' | 'waiting'> {
  const { rows } = await sql<{ decision: 'allowed' | 'denied' | null; permission: Permission | null }>`
    select (select decision from meta_tool_approvals where message_id = ${message_id} and call_key = ${key}) as decision,
      (select permission from meta_tool_permissions
       where user_id = auth.uid() and tool_name = ${tool.name}
         and (conversation_id is null or conversation_id = ${conversation_id})
       order by conversation_id nulls last limit 1) as permission`.execute(session);
  const decision = rows[0]?.decision;
  if (decision) return decision;
  const permission = rows[0]?.permission ?? ownPermission(tool);
  if (permission !== 'ask') return permission === 'always' ? 'allowed' : 'denied';
  await sql`insert into meta_tool_approvals (message_id, call_key, tool_name, tool_input)
    values (${message_id}, ${key}, ${tool.name}, ${json(call.input)})
    on conflict (message_id, call_key) do nothing`.execute(session);
  await sql`update meta_messages set status = 'waiting' where id = ${message_id} and status = 'streaming'`.execute(
    session,
  );
  await queries.announce(session, conversation_id);
  return 'waiting';
}

const ownPermission = (tool: Tool): Permission => (tool.asks ? 'ask' : 'always');

async function storePermission(
  session: Session,
  tool: string,
  conversationId: string | null,
  permission: Permission | null,
): Promise<void> {
  if (permission === null)
    await sql`delete from meta_tool_permissions where user_id = auth.uid() and tool_name = ${tool}
      and conversation_id is not distinct from ${conversationId}::uuid`.execute(session);
  else
    await sql`insert into meta_tool_permissions (tool_name, conversation_id, permission)
      values (${tool}, ${conversationId}, ${permission})
      on conflict (user_id, tool_name, conversation_id) do update set permission = excluded.permission`.execute(
      session,
    );
}
