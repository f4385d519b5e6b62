import { sql } from 'kysely';
import type { UserPrincipal } from '../../database/index.ts';
import type { ModelParameters } from '../../providers/model/index.ts';
import { type AgentDeps, knowledgeTools, systemPrompt, type Tool } from '../agents/index.ts';
import type { Preferences, PreferencesService } from '../preferences/index.ts';
import type { ModelTier, ResolvedModel } from '../settings/index.ts';

/** Facts from memory that every answer is given. */
const rememberedFacts = 8;

/** A part of the system prompt and where it is from. */
export interface PromptPart {
  source: 'role' | 'rules' | 'settings' | 'memory';
  /** Stands above the text; empty for the role, which begins the prompt. */
  title: string;
  text: string;
}

export interface TurnDeps extends AgentDeps {
  preferences: PreferencesService;
}

/** Everything a model is given for one answer besides the conversation itself. */
export interface Turn {
  system: PromptPart[];
  tools: Tool[];
  parameters: ModelParameters;
  /** Most tokens of the conversation it is shown. */
  maxInputTokens: number;
  /** Searches it may make. */
  searchDepth: number;
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
  deps: TurnDeps,
  answer: AnswerPlace,
  principal: UserPrincipal,
  signal: AbortSignal,
): Promise<Turn> {
  const preferences = await deps.preferences.resolve(principal, answer.conversation_id);
  const question = await questionOf(deps, answer, principal);
  const facts = await deps.memory.searchFacts(principal, {
    query: question.slice(0, 2_000),
    project_id: answer.project_id,
    limit: rememberedFacts,
    signal,
  });
  const system: PromptPart[] = [{ source: 'role', title: '', text: systemPrompt('chat') }];
  system.push(...ruleParts(preferences), ...settingParts(preferences));
  if (facts.length > 0)
    system.push({
      source: 'memory',
      title: 'Remembered about the person',
      text: facts.map((fact) => `- ${fact.content}`).join('\n'),
    });
  return {
    system,
    tools: knowledgeTools(deps.files, deps.memory, {
      documents: preferences.rag_config.enabled,
      passages: Math.min(preferences.search_config.max_sources, preferences.rag_config.max_chunks),
      minSimilarity: preferences.rag_config.similarity_threshold,
    }),
    parameters: taken(preferences),
    maxInputTokens: preferences.model_parameters.max_input_tokens,
    searchDepth: preferences.search_config.search_depth,
    tier: 'sonnet',
    model: preferences.model,
    memory_ids: facts.map(({ id }) => id),
  };
}

/** The parameters that the model has; the others are shown as not supported and stay here. */
function taken({ model, parameters }: Preferences): ModelParameters {
  const known: string[] = model.provider.capabilities(model.model, parameters).parameters;
  return Object.fromEntries(Object.entries(parameters).filter(([name]) => known.includes(name)));
}

/** The narrower rule stands later and says so: a project's over one's own, a conversation's over a project's. */
function ruleParts({ rules }: Preferences): PromptPart[] {
  const places = [
    ['Rules of the person', (type: string) => type !== 'project' && type !== 'conversation'],
    ['Rules of this project, which come before those above', (type: string) => type === 'project'],
    ['Rules of this conversation, which come before all others', (type: string) => type === 'conversation'],
  ] as const;
  return places.flatMap(([title, belongs]) => {
    const here = rules.filter(({ rule_type }) => belongs(rule_type));
    return here.length === 0
      ? []
      : [
          {
            source: 'rules' as const,
            title,
            text: here.map(({ name, content }) => `## ${name}\n${content}`).join('\n\n'),
          },
        ];
  });
}

function settingParts({ reasoning_config: { confidence_threshold } }: Preferences): PromptPart[] {
  if (confidence_threshold === 0) return [];
  return [
    {
      source: 'settings',
      title: 'Confidence',
      text: `When you are less than ${Math.round(confidence_threshold * 100)} % sure of a statement, say that you are not sure of it.`,
    },
  ];
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
