import { sql } from 'kysely';
import type { Database, UserPrincipal } from '../../database/index.ts';
import type { Clock } from '../../kernel/clock.ts';
import { AppError } from '../../kernel/errors.ts';
import type { UserContext } from '../../operations/index.ts';
import {
  estimateMessageTokens,
  estimateTokens,
  type FinishEvent,
  type MessagePart,
  type ModelError,
  type ModelEvent,
  type ModelMessage,
  type ModelParameter,
  type ModelParameters,
  type ModelRequest,
} from '../../providers/model/index.ts';
import { defaultMaxOutputTokens } from '../agents/index.ts';
import type { Persona, PersonaService } from '../personas/index.ts';
import type { Connections, Models, ModelTier, ResolvedModel } from '../settings/index.ts';
import { openSpending } from '../usage/index.ts';
import { asPersona } from './persona.ts';

export interface CompletionRequest
  extends Pick<ModelRequest, 'messages' | 'tools' | 'toolChoice' | 'parallelToolCalls' | 'responseFormat'> {
  /** A tier, a connection's model as `connection/model`, or `persona/slug`. */
  model: string;
  parameters: ModelParameters;
  /** The project that pays, with its budget. */
  project_id: string | undefined;
}

/** An answer that has begun. */
export interface Completion {
  /** Parameters that the model does not have; they were left out. */
  ignored: ModelParameter[];
  /** As the model port sends them; an error after the beginning is in the last event. */
  events: AsyncIterable<ModelEvent>;
}

export interface CompletionDeps {
  database: Database;
  clock: Clock;
  models: Models;
  personas: PersonaService;
}

const personaPrefix = 'persona/';
const tiers: ModelTier[] = ['haiku', 'sonnet', 'opus'];

/**
 * Single calls of a model for programs that keep the conversation themselves: nothing of it is stored, nothing is
 * added to it, and it is metered as a chat is.
 */
export class Completions {
  readonly #deps: CompletionDeps;

  constructor(deps: CompletionDeps) {
    this.#deps = deps;
  }

  /** Names that `begin` takes: the tiers, the models of every connection, and the personas. */
  async list({ principal, signal }: UserContext): Promise<string[]> {
    const { models, personas } = this.#deps;
    const [labels, slugs] = await Promise.all([models.labels(principal, signal), personas.slugs(principal)]);
    return [...tiers, ...labels, ...slugs.map((slug) => `${personaPrefix}${slug}`)];
  }

  /** Whether a model is called so. */
  async has({ principal }: UserContext, name: string): Promise<boolean> {
    return (await this.#find(principal, name)) !== undefined;
  }

  /** The connections that `begin` chooses from, for who reads them before. */
  connections(principal: UserPrincipal): Promise<Connections> {
    return this.#deps.models.connectionsOf(principal);
  }

  /**
   * Calls the model and waits for the beginning of its answer.
   * @param connections the caller's, where they are being read already.
   * Errors: `not_found` for the model or the project,
   * `invalid_input` for what the model cannot do, `budget_exceeded`, `provider_failed` (details of the model's error)
   * when the call fails before it says anything.
   */
  async begin(
    context: UserContext,
    asked: CompletionRequest,
    connections?: Promise<Connections>,
  ): Promise<Completion> {
    const { principal, signal } = context;
    const found = await this.#find(principal, asked.model, connections);
    if (!found)
      throw new AppError('not_found', `There is no model called ${asked.model}.`, {
        fix: 'Choose one of the list of models.',
        details: { code: 'model_not_found' },
      });
    const { model, tier, persona } = found;
    const request = persona ? await asPersona(this.#deps.personas, persona, principal, asked, signal) : asked;
    mustTake(model, request);
    if (request.project_id !== undefined) await this.#mustEdit(principal, request.project_id);
    const known: string[] = model.provider.capabilities(model.model, request.parameters).parameters;
    const given = Object.keys(request.parameters) as ModelParameter[];
    const events = this.#metered(principal, tier, model, request, signal)[Symbol.asyncIterator]();
    const first = await events.next();
    if (!first.done && first.value.type === 'finish' && first.value.error)
      throw providerFailed(first.value.error);
    return {
      ignored: given.filter((name) => !known.includes(name)),
      events: {
        async *[Symbol.asyncIterator]() {
          for (let next = first; !next.done; next = await events.next()) yield next.value;
        },
      },
    };
  }

  async #find(
    principal: UserPrincipal,
    name: string,
    connections?: Promise<Connections>,
  ): Promise<{ model: ResolvedModel; tier: ModelTier; persona?: Persona } | undefined> {
    const { models, personas } = this.#deps;
    const tier = tiers.find((candidate) => candidate === name);
    if (tier) return { model: await models.forTier(principal, tier, connections), tier };
    if (!name.startsWith(personaPrefix)) return models.labelled(principal, name, connections);
    const persona = await personas.speaker(principal, { slug: name.slice(personaPrefix.length) });
    if (!persona) return undefined;
    // The model its creator chose may be one that only they have.
    const preferred = persona.model_config.preferred_model;
    const chosen = preferred.startsWith(personaPrefix)
      ? undefined
      : await this.#find(principal, preferred, connections);
    const otherwise = async () => ({
      model: await models.forTier(principal, 'sonnet', connections),
      tier: 'sonnet' as const,
    });
    return { ...(chosen ?? (await otherwise())), persona };
  }

  /** Who may not write to a project may not spend its budget. */
  async #mustEdit(principal: UserPrincipal, projectId: string): Promise<void> {
    const { rows } = await this.#deps.database.as(principal, (session) =>
      sql`select where ${projectId}::uuid in (select private.project_ids('editor'))`.execute(session),
    );
    if (rows.length === 0)
      throw new AppError('not_found', 'The project does not exist, or you may not work in it.', {
        fix: 'Send the id of a project of yours as OpenAI-Project, or leave it out.',
      });
  }

  async *#metered(
    principal: UserPrincipal,
    tier: ModelTier,
    model: ResolvedModel,
    { messages, tools, parameters, project_id, ...rest }: CompletionRequest,
    signal: AbortSignal,
  ): AsyncGenerator<ModelEvent> {
    const { clock } = this.#deps;
    const inputTokens = estimateMessageTokens(messages) + estimateTokens(JSON.stringify(tools ?? []));
    const outputTokens = parameters.maxOutputTokens ?? defaultMaxOutputTokens;
    const spending = await openSpending(
      this.#deps,
      {
        principal,
        project_id: project_id ?? null,
        task_id: null,
        run_id: null,
        conversation_id: null,
        message_id: null,
        tier,
        model,
      },
      {
        tokens: inputTokens + outputTokens,
        cost: model.cost({ inputTokens, outputTokens, cachedInputTokens: 0, reasoningTokens: 0 }),
      },
      signal,
    );
    try {
      const started = clock.now();
      const stream = model.provider.stream({
        ...rest,
        model: model.model,
        messages,
        ...(tools ? { tools } : {}),
        // A budget bounds the answer too; without one it is as long as the vendor lets it be.
        parameters: project_id === undefined ? parameters : { ...parameters, maxOutputTokens: outputTokens },
        signal,
      });
      for await (const event of stream) {
        if (event.type === 'finish') await settle(event);
        yield event;
      }
      async function settle({ usage, stopReason }: FinishEvent): Promise<void> {
        const failed = stopReason === 'error' || stopReason === 'aborted';
        await spending.settle(usage, model.cost(usage), clock.now() - started, failed);
      }
    } finally {
      await spending.release();
    }
  }
}

/** Errors: `invalid_input` for pictures, documents or JSON that the model does not know. */
function mustTake({ provider, model }: ResolvedModel, { messages, responseFormat }: CompletionRequest): void {
  const { media, json } = provider.capabilities(model);
  const cannot = (what: string) =>
    new AppError('invalid_input', `The model ${model} does not take ${what}.`, {
      fix: 'Choose another model, or leave it out.',
    });
  if (responseFormat && !json) throw cannot('a response format');
  for (const part of partsOf(messages)) {
    if (part.type === 'text') continue;
    const taken = media.some(
      (type) => type === part.mediaType || type === part.mediaType.replace(/\/.*/, '/*'),
    );
    if (!taken) throw cannot(`files of the type ${part.mediaType}`);
  }
}

const partsOf = (messages: ModelMessage[]): MessagePart[] =>
  messages.flatMap(({ role, ...message }) =>
    role === 'user' && 'content' in message && typeof message.content !== 'string' ? message.content : [],
  );

/** The error of a failed model call, for faces. */
export const providerFailed = (error: ModelError): AppError =>
  new AppError('provider_failed', error.message, {
    details: { code: error.code, retryable: error.retryable, retry_after_ms: error.retryAfterMs ?? null },
  });
