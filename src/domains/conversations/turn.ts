import { sql } from 'kysely';
import { found, type UserPrincipal } from '../../database/index.ts';
import type { ModelParameters } from '../../providers/model/index.ts';
import { type AgentDeps, knowledgeTools, systemPrompt, type Tool } from '../agents/index.ts';
import type { ModelTier, ResolvedModel } from '../settings/index.ts';

/** Facts from memory that every answer is given. */
const rememberedFacts = 8;

/** A part of the system prompt and where it is from. */
export interface PromptPart {
  source: 'role' | 'project' | 'memory';
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
  const place = await readPlace(deps, answer, principal);
  const tier = place.model_tier ?? 'sonnet';
  const model = await deps.models.forTier(principal, tier);
  const facts = place.is_private
    ? []
    : await deps.memory.searchFacts(principal, {
        query: place.question.slice(0, 2_000),
        project_id: answer.project_id,
        limit: rememberedFacts,
        signal,
      });
  const system: PromptPart[] = [{ source: 'role', title: '', text: systemPrompt('chat') }];
  if (place.instructions)
    system.push({ source: 'project', title: 'Instructions of the project', text: place.instructions });
  if (facts.length > 0)
    system.push({
      source: 'memory',
      title: 'Remembered about the person',
      text: facts.map((fact) => `- ${fact.content}`).join('\n'),
    });
  return {
    system,
    tools: chatTools(deps).filter((tool) => !place.is_private || !memoryTools.has(tool.name)),
    parameters: {},
    tier,
    model,
    memory_ids: facts.map(({ id }) => id),
  };
}

/** Every tool an answer may call. */
export const chatTools = (deps: Pick<AgentDeps, 'files' | 'memory'>): Tool[] =>
  knowledgeTools(deps.files, deps.memory);

/** Tools that a private conversation does not have: it leaves memory alone in both directions. */
const memoryTools = new Set(['search_memory', 'remember']);

/** The parts as one text, each under its title. */
export const renderSystem = (parts: PromptPart[]): string =>
  parts.map(({ title, text }) => (title === '' ? text : `${title}:\n${text}`)).join('\n\n');

interface Place {
  question: string;
  is_private: boolean;
  model_tier: ModelTier | null;
  instructions: string | null;
}

/** The question, and what the conversation and its project choose. */
async function readPlace(
  { database }: AgentDeps,
  answer: AnswerPlace,
  principal: UserPrincipal,
): Promise<Place> {
  return database.as(principal, async (session) => {
    const { rows } = await sql<Place>`
      select coalesce(q.content, '') as question, c.is_private, p.instructions,
        coalesce(c.metadata ->> 'model_tier', p.chat_defaults ->> 'model_tier') as model_tier
      from meta_messages a join meta_conversations c on c.id = a.conversation_id
      left join meta_messages q on q.id = a.parent_message_id left join meta_projects p on p.id = c.project_id
      where a.id = ${answer.id}`.execute(session);
    return found(rows[0], 'The answer');
  });
}
