import { type Context, Hono } from 'hono';
import { z } from 'zod';
import type {
  Completion,
  CompletionRequest,
  Completions,
  Embeddings,
  ImageLoader,
} from '../../domains/completions/index.ts';
import type { Connections } from '../../domains/settings/index.ts';
import type { Clock } from '../../kernel/clock.ts';
import { AppError, isAppError } from '../../kernel/errors.ts';
import type { Log } from '../../kernel/log.ts';
import { authorize, type UserContext } from '../../operations/index.ts';
import { bearerOf, type ContextDeps, type Env, type HttpCall, openCall } from '../http/call-context.ts';
import { readJson } from '../http/routes.ts';
import { chatChunks, chatCompletion, collect } from './chat.ts';
import { readChatRequest, toCompletion } from './chat-request.ts';
import { embeddingList, readEmbeddingRequest } from './embeddings.ts';
import { openAiErrorResponse } from './errors.ts';
import { responseEvents, responseOf } from './responses.ts';
import { readResponsesRequest, toResponsesCompletion } from './responses-request.ts';
import { type ServerEvent, serverEvents } from './sse.ts';

export interface OpenAiDeps {
  completions: Completions;
  embeddings: Embeddings;
  images: ImageLoader;
  clock: Clock;
}

/** Pictures travel inside the JSON. */
const maxBodyBytes = 50 * 1024 * 1024;

/**
 * The OpenAI-compatible API: models, chat completions, responses, embeddings. Programs that speak it keep the
 * conversation themselves, so nothing is stored; errors have OpenAI's shape.
 */
export function mountOpenAi(
  app: Hono<Env>,
  deps: ContextDeps & { log: Log },
  { completions, embeddings, images, clock }: OpenAiDeps,
): void {
  const v1 = new Hono<Env>();
  v1.onError((error) => {
    if (!isAppError(error) || error.code === 'internal') deps.log.error({ err: error }, 'a request failed');
    return openAiErrorResponse(error);
  });

  v1.get('/models', async (c) => {
    const { context } = await signedIn(c, deps);
    const names = [...(await completions.list(context)), embeddings.model];
    return c.json({ object: 'list', data: names.map(modelOf) });
  });

  // A model's name holds slashes; the vendor's client sends them encoded.
  v1.get('/models/:name{.+}', async (c) => {
    const { context } = await signedIn(c, deps);
    const name = c.req.param('name');
    if (name !== embeddings.model && !(await completions.has(context, name)))
      throw new AppError('not_found', `There is no model called ${name}.`, {
        fix: 'Choose one of the list of models.',
        details: { code: 'model_not_found' },
      });
    return c.json(modelOf(name));
  });

  v1.post('/chat/completions', async (c) => {
    const { connections, context, abort } = await signedInToAsk(c);
    const request = readChatRequest(await readJson(c, maxBodyBytes));
    const asked = await toCompletion(request, images, context.signal);
    const completion = await begin(c, context, asked, connections);
    const now = clock.now();
    return request.stream
      ? streamed(
          completion,
          chatChunks(request.model, now, completion, request.stream_options?.include_usage ?? false),
          abort,
        )
      : whole(c, completion, chatCompletion(request.model, now, await collect(completion)));
  });

  v1.post('/responses', async (c) => {
    const { connections, context, abort } = await signedInToAsk(c);
    const request = readResponsesRequest(await readJson(c, maxBodyBytes));
    const asked = await toResponsesCompletion(request, images, context.signal);
    const completion = await begin(c, context, asked, connections);
    const now = clock.now();
    return request.stream
      ? streamed(completion, responseEvents(request, now, completion), abort)
      : whole(c, completion, await responseOf(request, now, completion));
  });

  v1.post('/embeddings', async (c) => {
    const { context } = await signedIn(c, deps);
    const request = readEmbeddingRequest(await readJson(c));
    const { vectors, tokens } = await embeddings.embed(context, request);
    return c.json(embeddingList(request, vectors, tokens), 200, { 'cache-control': 'no-store' });
  });

  v1.all('*', (c) => {
    throw new AppError('not_found', `There is no ${c.req.method} ${new URL(c.req.url).pathname}.`, {
      fix: 'This server has /v1/models, /v1/chat/completions, /v1/responses and /v1/embeddings; nothing is stored.',
      details: { code: 'unknown_url' },
    });
  });
  app.route('/v1', v1);

  const begin = (
    c: Context<Env>,
    context: UserContext,
    request: Omit<CompletionRequest, 'project_id'>,
    connections: Promise<Connections> | undefined,
  ): Promise<Completion> =>
    completions.begin(
      context,
      { ...request, project_id: projectOf(c.req.header('openai-project')) },
      connections,
    );

  /** Signs in, and reads the connections of whom the key stood for last meanwhile. */
  async function signedInToAsk(c: Context<Env>) {
    const bearer = bearerOf(c);
    const expected = bearer === undefined ? undefined : deps.authenticator.expected(bearer);
    const connections = expected && completions.connections(expected);
    connections?.catch(() => {});
    const call = await signedIn(c, deps);
    const isSame = call.context.principal.user_id === expected?.user_id;
    return { ...call, connections: isSame ? connections : undefined };
  }

  const modelOf = (id: string) => ({
    id,
    object: 'model',
    created: 0,
    owned_by: id.includes('/') ? id.slice(0, id.indexOf('/')) : 'meta-agent',
  });
}

async function signedIn(c: Context<Env>, deps: ContextDeps): Promise<HttpCall & { context: UserContext }> {
  const { context, abort } = await openCall(c, deps);
  authorize('models:use', context.principal);
  return { context: context as UserContext, abort };
}

/** The project that pays. Errors: `invalid_input`. */
function projectOf(header: string | undefined): string | undefined {
  const project = z
    .uuid()
    .optional()
    .safeParse(header || undefined);
  if (project.success) return project.data;
  throw new AppError('invalid_input', 'OpenAI-Project is not the id of a project.', {
    fix: 'Send the id of a project of this server, or leave the header out.',
    details: { issues: [{ field: 'OpenAI-Project' }] },
  });
}

/** Names of the parameters that the model does not have, for whoever wonders why they did nothing. */
const ignoredHeader = ({ ignored }: Completion): Record<string, string> =>
  ignored.length === 0 ? {} : { 'x-ignored-parameters': ignored.join(', ') };

function streamed(
  completion: Completion,
  events: AsyncIterable<ServerEvent>,
  abort: AbortController,
): Response {
  const response = serverEvents(events, abort);
  for (const [name, value] of Object.entries(ignoredHeader(completion))) response.headers.set(name, value);
  return response;
}

const whole = (c: Context<Env>, completion: Completion, body: object): Response =>
  c.json(body, 200, { 'cache-control': 'no-store', ...ignoredHeader(completion) });
