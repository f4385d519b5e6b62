import { sql } from 'kysely';
import type { UserPrincipal } from '../../database/index.ts';
import type { ModelParameters } from '../../providers/model/index.ts';
import { type AgentDeps, knowledgeTools, systemPrompt, type Tool } from '../agents/index.ts';
import type { ModelTier, ResolvedModel } from '../settings/index.ts';

/** Facts from memory that every answer is given. */
const rememberedFacts = 8;

/** A part of the system prompt and where it is from. */
export interface PromptPart {
  source: 'role' | 'memory';
  /** Stands above the text; empty for the role, which begins the prompt. */
  title: string;
  text: string;
}

/** Everything a model is given for one answer besides the conversation itself. */
export interface Turn {
  system: PromptPart[];
  tools: Tool[];
  parameters: ModelParameters;
  tier: ModelTier;
  model: ResolvedModel;
  /** Facts from memory that are in the prompt. */
  memory_ids: string[];
}

export interface AnswerPlace {
  /** The message that is being produced. */
  id: string;
  conversation_id: string;
  project_id: string | null;
}

/** Composes what the model is given. Every read is under the person's rights. */
export async function composeTurn(
  deps: AgentDeps,
  answer: AnswerPlace,
  principal: UserPrincipal,
  signal: AbortSignal,
): Promise<Turn> {
  const tier = 'sonnet';
  const model = await deps.models.forTier(principal, tier);
  const question = await questionOf(deps, answer, principal);
  const facts = await deps.memory.searchFacts(principal, {
    query: question.slice(0, 2_000),
    project_id: answer.project_id,
    limit: rememberedFacts,
    signal,
  });
  const system: PromptPart[] = [{ source: 'role', title: '', text: systemPrompt('chat') }];
  if (facts.length > 0)
    system.push({
      source: 'memory',
      title: 'Remembered about the person',
      text: facts.map((fact) => `- ${fact.content}`).join('\n'),
    });
  return {
    system,
    tools: knowledgeTools(deps.files, deps.memory),
    parameters: {},
    tier,
    model,
    memory_ids: facts.map(({ id }) => id),
  };
}

/** The parts as one text, each under its title. */
export const renderSystem = (parts: PromptPart[]): string =>
  parts.map(({ title, text }) => (title === '' ? text : `${title}:\n${text}`)).join('\n\n');

async function questionOf(
  { database }: AgentDeps,
  answer: AnswerPlace,
  principal: UserPrincipal,
): Promise<string> {
  return database.as(principal, async (session) => {
    const { rows } = await sql<{ content: string }>`
      select q.content from meta_messages a join meta_messages q on q.id = a.parent_message_id
      where a.id = ${answer.id}`.execute(session);
    return rows[0]?.content ?? '';
  });
}
