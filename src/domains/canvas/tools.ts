import { z } from 'zod';
import { found, type Session } from '../../database/index.ts';
import { AppError } from '../../kernel/errors.ts';
import { defineTool, type Tool } from '../agents/index.ts';
import { changeSummary, content, contentType, language, mostCharacters, title } from './contract.ts';
import { applyEdits } from './edits.ts';
import { type ArtifactRow, artifactsOnBranch, insertArtifact } from './queries.ts';
import { changeArtifact, readArtifact } from './service.ts';

/** Made once: a turn makes the tools anew, and a model is told their inputs as JSON Schema. */
const inputs = {
  create_artifact: z.object({
    title,
    content_type: contentType,
    language: language.optional().describe('Programming language, for code'),
    content: content.min(1),
  }),
  update_artifact: z.object({
    artifact_id: z.uuid(),
    edits: z
      .array(z.object({ search: z.string().min(1), replace: z.string() }))
      .min(1)
      .max(50)
      .optional(),
    content: content.min(1).optional(),
    version: z.number().int().min(1).optional(),
    title: title.optional(),
    change_summary: changeSummary.min(1),
  }),
  read_artifact: z.object({ artifact_id: z.uuid() }),
};

/**
 * Tools with which an answer works on the canvas beside its chat, and on nothing else.
 * @param messageId the answer; what it makes belongs to its branch.
 */
export function canvasTools(messageId?: string): Tool[] {
  return [
    defineTool({
      name: 'create_artifact',
      description:
        'Make a document or program beside the chat, where the person sees, edits and shares it. For what they will ' +
        'keep or run: a page (html), a component (react: export default a function component, import only from ' +
        'react), a diagram (mermaid), a text (markdown), code. No network inside. Not for short answers.',
      input: inputs.create_artifact,
      async run(session, { thread_id }, input) {
        const { id } = await insertArtifact(session, {
          ...input,
          conversation_id: thread_id,
          message_id: messageId,
        });
        return resultOf(await readArtifact(session, id));
      },
    }),
    defineTool({
      name: 'update_artifact',
      description:
        'Change an artifact of this chat. `edits` replace parts that stand in it exactly once and keep what the person ' +
        'changed elsewhere; `content` replaces everything and needs the `version` you read.',
      input: inputs.update_artifact,
      async run(session, { thread_id }, { artifact_id, edits, content, version, ...change }) {
        if ((edits === undefined) === (content === undefined))
          throw new AppError('invalid_input', 'Give either edits or content.', {
            fix: 'Edits for a small change, content for a new text.',
          });
        const now = await hold(session, artifact_id, thread_id);
        if (edits === undefined && version === undefined)
          throw new AppError('invalid_input', 'A whole content needs the version it was made from.', {
            fix: 'Call read_artifact and pass its version.',
          });
        const next = edits === undefined ? content : applyEdits(now.content, edits);
        if (next !== undefined && next.length > mostCharacters)
          throw new AppError('unprocessable', `An artifact has at most ${mostCharacters} characters.`, {
            fix: 'Make it shorter, or split it.',
          });
        await changeArtifact(
          session,
          artifact_id,
          { ...change, content: next },
          edits === undefined ? version : now.version,
        );
        return resultOf(await readArtifact(session, artifact_id));
      },
    }),
    defineTool({
      name: 'read_artifact',
      description: 'Read an artifact of this chat as it is now; the person may have edited it.',
      input: inputs.read_artifact,
      async run(session, { thread_id }, { artifact_id }) {
        const row = await ofThread(session, artifact_id, thread_id);
        return { ...resultOf(row), content: row.content };
      },
    }),
  ];
}

/** The artifacts of an answer's branch, as its model is told of them; empty when there are none. */
export async function canvasPrompt(
  session: Session,
  conversationId: string,
  messageId: string,
): Promise<string> {
  const artifacts = await artifactsOnBranch(session, conversationId, messageId);
  return artifacts
    .map(
      ({ id, title, content_type, version }) =>
        `- ${JSON.stringify(title)} (${content_type}, version ${version}): ${id}`,
    )
    .join('\n');
}

const resultOf = ({ id, title, content_type, version }: ArtifactRow) => ({
  artifact_id: id,
  title,
  content_type,
  version,
});

/** The artifact, if it stands beside this chat. */
async function ofThread(session: Session, id: string, threadId: string): Promise<ArtifactRow> {
  const row = await readArtifact(session, id);
  return found(row.conversation_id === threadId ? row : undefined, 'The artifact');
}

/** As `ofThread`, and nobody else changes it until the transaction ends. */
async function hold(session: Session, id: string, threadId: string): Promise<ArtifactRow> {
  await session.selectFrom('canvas_artifacts').select('id').where('id', '=', id).forUpdate().execute();
  return ofThread(session, id, threadId);
}
