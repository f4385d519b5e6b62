import { sql } from 'kysely';
import { json, type Session } from '../../../database/index.ts';
import { attachFiles, switchBranch } from '../queries.ts';
import type { ImportedConversation, ImportedMessage } from './imported.ts';

export interface Origin {
  user_id: string;
  source: string;
  project_id: string | null;
}

const keyOf = (externalId: string): string => `import:${externalId}`;

/** The conversation an earlier import made of this one, and which of its messages. */
export async function findImported(session: Session, origin: Origin, externalId: string) {
  const { rows } = await sql<{ id: string; deleted_at: Date | null; keys: string[] }>`
    select c.id, c.deleted_at, array(
      select m.idempotency_key from meta_messages m
      where m.conversation_id = c.id and m.idempotency_key like 'import:%' and not m.is_step) as keys
    from meta_conversations c
    where c.user_id = ${origin.user_id} and c.metadata #>> '{import,source}' = ${origin.source}
      and c.metadata #>> '{import,external_id}' = ${externalId}`.execute(session);
  const row = rows[0];
  return row && { ...row, has: (message: ImportedMessage) => row.keys.includes(keyOf(message.external_id)) };
}

/**
 * Keeps a conversation with the messages that are not there yet, each once however often it is imported. `files` are
 * what was uploaded for a message, by its foreign id. Returns how many messages were added.
 */
export async function storeConversation(
  session: Session,
  origin: Origin,
  imported: ImportedConversation,
  files: ReadonlyMap<string, string[]>,
): Promise<{ id: string; is_new: boolean; added: number }> {
  const known = await findImported(session, origin, imported.external_id);
  const id = known?.id ?? (await insertConversation(session, origin, imported));
  const ids = new Map<string, string>();
  let added = 0;
  for (const message of imported.messages) {
    const parent = message.parent === null ? null : (ids.get(message.parent) ?? null);
    const { rows } = await sql<{ id: string; is_new: boolean }>`
      insert into meta_messages (conversation_id, parent_message_id, role, content, reasoning, model_used, metadata,
        idempotency_key, created_at)
      values (${id}, ${parent}, ${message.role}, ${message.content}, ${message.reasoning}, ${message.model},
        ${json({ import: { external_id: message.external_id } })}, ${keyOf(message.external_id)}, ${message.created_at})
      on conflict (conversation_id, idempotency_key) where idempotency_key is not null
        do update set idempotency_key = excluded.idempotency_key
      returning id, xmax = 0 as is_new`.execute(session);
    const row = rows[0] as { id: string; is_new: boolean };
    ids.set(message.external_id, row.id);
    if (!row.is_new) continue;
    added++;
    await attachFiles(session, row.id, files.get(message.external_id) ?? []);
    for (const [index, step] of message.steps.entries())
      await sql`insert into meta_messages (conversation_id, parent_message_id, role, content, tool_name, tool_input,
          tool_output, tool_call_id, idempotency_key, created_at)
        values (${id}, ${row.id}, 'tool', ${step.output}, ${step.tool_name}, ${json(step.input)}, ${json(step.output)},
          ${`import-${index}`}, ${`${keyOf(message.external_id)}:${index}`}, ${message.created_at})
        on conflict (conversation_id, idempotency_key) where idempotency_key is not null do nothing`.execute(
        session,
      );
  }
  // What the person shows of a conversation that was there already is theirs to choose.
  const leaf = known ? undefined : ids.get(imported.leaf ?? '');
  if (leaf) await switchBranch(session, leaf);
  return { id, is_new: !known, added };
}

async function insertConversation(
  session: Session,
  { user_id, source, project_id }: Origin,
  { external_id, title, created_at }: ImportedConversation,
): Promise<string> {
  const row = await session
    .insertInto('meta_conversations')
    .values({
      user_id,
      project_id,
      title: title?.slice(0, 200) ?? null,
      is_titled: title !== null,
      created_at,
      metadata: json({ import: { source, external_id } }),
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return row.id;
}
