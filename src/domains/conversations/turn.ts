import { sql } from 'kysely';
import { found, type Session, type UserPrincipal } from '../../database/index.ts';
import type { ModelParameters } from '../../providers/model/index.ts';
import { type AgentDeps, knowledgeTools, systemPrompt, type Tool } from '../agents/index.ts';
import { canvasPrompt, canvasTools } from '../canvas/index.ts';
import type { Extensions } from '../extensions/index.ts';
import type { Fact } from '../memory/index.ts';
import type { Persona, PersonaService } from '../personas/index.ts';
import {
  instructionParts,
  type Preferences,
  type PromptPart,
  renderSystem,
  ruleParts,
  type StoredPreferences,
} from '../preferences/index.ts';
import type { ModelTier, ResolvedModel } from '../settings/index.ts';
import { personaParts, personaTools } from './persona.ts';
import { findChatDefaults } from './queries.ts';

/** Facts from memory that every answer is given. */
const rememberedFacts = 8;

export interface TurnDeps extends AgentDeps {
  personas: PersonaService;
  /** Tools and skills of the person's own. */
  extensions(session: Session, principal: UserPrincipal): Promise<Extensions>;
}

/** Everything a model is given for one answer besides the conversation itself. */
export interface Turn {
  system: PromptPart[];
  /**
   * What is true at this question and may not be at the next: given with it, so that what stands before it stays the
   * same from call to call and vendors can keep it.
   */
  context: PromptPart[];
  tools: Tool[];
  parameters: ModelParameters;
  /** Names of parameters that are set and that the model does not have. */
  unsupported: string[];
  /** Most tokens of the conversation it is shown. */
  maxInputTokens: number;
  /** Whether people see what the model thought. */
  showThinking: boolean;
  /** Searches it may make. */
  searchDepth: number;
  tier: ModelTier;
  model: ResolvedModel;
  /** Facts from memory that are in the prompt. */
  memory_ids: string[];
}

/** What the conversation, its project and the person choose. */
export interface Chosen {
  project_id: string | null;
  /** It leaves memory alone in both directions. */
  is_private: boolean;
  /** Who answers; null: the assistant without a persona. */
  persona_id: string | null;
  model_tier: ModelTier | null;
  /** Of the project. */
  instructions: string | null;
  preferences: StoredPreferences;
  extensions: Extensions;
}

/** The place in a conversation where an answer is to stand. */
export interface TurnPlace extends Chosen {
  /** The answer that is being produced, where it is. */
  answer_id?: string;
  /** What stands beside the conversation, a line each. */
  artifacts: string;
}

/** As whom an answer is produced: with the rights of who asked, as an agent. */
export const answererFor = ({ user_id, role }: Pick<UserPrincipal, 'user_id' | 'role'>): UserPrincipal => ({
  kind: 'user',
  user_id,
  role,
  scopes: ['*'],
  permissions: [],
  agent: 'chat',
});

/** What is looked for in memory: the beginning of a question. */
export const lookedFor = (question: string): string => question.slice(0, 2_000);

/** Facts from memory that a question is answered with. */
export const factsFor = (
  { memory }: Pick<TurnDeps, 'memory'>,
  { question, project_id, is_private }: Pick<TurnPlace, 'project_id' | 'is_private'> & { question: string },
  principal: UserPrincipal,
  signal?: AbortSignal,
): Promise<Fact[]> =>
  is_private
    ? Promise.resolve([])
    : memory.findFacts(principal, { query: lookedFor(question), project_id, limit: rememberedFacts, signal });

/** Composes what the model is given. Every read is under the person's rights. */
export async function composeTurn(
  deps: TurnDeps,
  place: TurnPlace,
  facts: Fact[],
  principal: UserPrincipal,
): Promise<Turn> {
  const persona = place.persona_id
    ? await deps.personas.speaker(principal, { id: place.persona_id })
    : undefined;
  const tier = place.model_tier ?? tierOf(persona) ?? 'sonnet';
  const { extensions } = place;
  const preferences = await deps.preferences.resolve(place.preferences, tier);
  const system: PromptPart[] = [{ source: 'role', title: '', text: systemPrompt('chat') }];
  system.push(
    ...(persona ? personaParts(persona) : []),
    ...instructionParts(place.instructions),
    ...ruleParts(preferences.rules),
    ...settingParts(preferences),
    ...skillParts(extensions),
  );
  const context: PromptPart[] = [];
  if (facts.length > 0)
    context.push({
      source: 'memory',
      title: 'Remembered about the person',
      text: facts.map((fact) => `- ${fact.content}`).join('\n'),
    });
  const { canvas_enabled } = preferences.output_config;
  if (canvas_enabled && place.artifacts !== '')
    context.push({ source: 'canvas', title: 'Artifacts beside this chat', text: place.artifacts });
  return {
    system,
    context,
    tools: [
      ...knowledgeTools(deps.files, deps.memory, {
        documents: preferences.rag_config.enabled && (persona?.capabilities.file_analysis ?? true),
        passages: Math.min(preferences.search_config.max_sources, preferences.rag_config.max_chunks),
        minSimilarity: preferences.rag_config.similarity_threshold,
      }),
      ...(canvas_enabled ? canvasTools(place.answer_id) : []),
      ...(persona ? personaTools(deps.personas, persona) : []),
      ...extensions.tools.filter(
        ({ name }) => name !== 'run_code' || (persona?.capabilities.code_execution ?? true),
      ),
    ].filter((tool) => !place.is_private || !memoryTools.has(tool.name)),
    ...taken(preferences, persona?.model_config),
    maxInputTokens: preferences.model_parameters.max_input_tokens,
    showThinking: preferences.reasoning_config.show_thinking,
    searchDepth: preferences.search_config.search_depth,
    tier,
    model: preferences.model,
    memory_ids: facts.map(({ id }) => id),
  };
}

/** The context as a model reads it below a question. */
export const contextOf = ({ context }: Pick<Turn, 'context'>): { context?: string } =>
  context.length === 0
    ? {}
    : { context: `[Not said by the person, given with the message:]\n\n${renderSystem(context)}` };

/** The tier its creator chose. A model of one connection may be one that only they have. */
const tierOf = (persona: Persona | undefined): ModelTier | undefined =>
  (['haiku', 'sonnet', 'opus'] as const).find((tier) => tier === persona?.model_config.preferred_model);

/** The parameters that the model has; the others are shown as not supported and stay here. A persona's come first. */
function taken(
  { model, parameters }: Preferences,
  persona: Persona['model_config'] | undefined,
): Pick<Turn, 'parameters' | 'unsupported'> {
  const wanted = {
    ...parameters,
    ...(persona?.temperature === undefined ? {} : { temperature: persona.temperature }),
    ...(persona?.max_tokens === undefined ? {} : { maxOutputTokens: persona.max_tokens }),
  };
  const known: string[] = model.provider.capabilities(model.model, wanted).parameters;
  return {
    parameters: Object.fromEntries(Object.entries(wanted).filter(([name]) => known.includes(name))),
    unsupported: Object.keys(wanted).filter((name) => !known.includes(name)),
  };
}

/** Their names and what they are for; `load_skill` brings the rest when the model wants it. */
const skillParts = ({ skills }: Extensions): PromptPart[] =>
  skills.length === 0
    ? []
    : [
        {
          source: 'skills',
          title: 'Skills, to be loaded with load_skill when one fits',
          text: skills.map(({ name, description }) => `- ${name}: ${description ?? ''}`).join('\n'),
        },
      ];

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
/** The tools that come with the product. */
export const chatTools = (deps: Pick<AgentDeps, 'files' | 'memory'>): Tool[] => [
  ...knowledgeTools(deps.files, deps.memory),
  ...canvasTools(),
];

/** Tools that a private conversation does not have. */
const memoryTools = new Set(['search_memory', 'remember']);

/** The artifacts that stand beside the message `leaf`, as a prompt lists them. */
export const artifactsBeside = (session: Session, conversationId: string, leaf: string | null) =>
  leaf === null ? Promise.resolve('') : canvasPrompt(session, conversationId, leaf);

/**
 * What an answer in this conversation is given whatever was said in it. All it sends, it sends at once, since an answer
 * waits for each transaction before its first word. Errors: `not_found`.
 */
export async function chosenFor(
  deps: TurnDeps,
  session: Session,
  principal: UserPrincipal,
  conversation_id: string,
): Promise<Chosen> {
  const [{ rows }, preferences, extensions] = await Promise.all([
    sql<PlaceRow>`
      select c.project_id, c.is_private, c.persona_id, p.instructions,
        coalesce(c.metadata ->> 'model_tier', p.chat_defaults ->> 'model_tier') as model_tier
      from meta_conversations c left join meta_projects p on p.id = c.project_id
      where c.id = ${conversation_id} and c.agent_type <> 'task' and c.deleted_at is null`.execute(session),
    deps.preferences.stored(session, principal, conversation_id),
    deps.extensions(session, principal),
  ]);
  return { ...found(rows[0], 'The conversation'), preferences, extensions };
}

/** The place of the first answer of a conversation that does not exist yet. Errors: `not_found` for the project. */
export async function placeOfNew(
  deps: TurnDeps,
  session: Session,
  principal: UserPrincipal,
  { project_id, is_private }: Pick<TurnPlace, 'project_id' | 'is_private'>,
): Promise<TurnPlace> {
  const { rows } = await sql<Pick<TurnPlace, 'instructions' | 'model_tier'>>`
    select p.instructions, p.chat_defaults ->> 'model_tier' as model_tier
    from (select) nothing left join meta_projects p on p.id = ${project_id}
    where p.id is not null or ${project_id}::uuid is null`.execute(session);
  const [preferences, extensions, defaults] = await Promise.all([
    deps.preferences.stored(session, principal, null, project_id),
    deps.extensions(session, principal),
    project_id === null ? undefined : findChatDefaults(session, project_id),
  ]);
  const chosen = found(rows[0], 'The project');
  return {
    ...chosen,
    project_id,
    is_private,
    persona_id: defaults?.persona_id ?? null,
    artifacts: '',
    preferences: { ...preferences, conversation: defaults?.settings ?? {} },
    extensions,
  };
}

type PlaceRow = Omit<Chosen, 'preferences' | 'extensions'>;
