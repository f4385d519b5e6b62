import type { Context, Hono } from 'hono';
import { AppError } from '../../kernel/errors.ts';
import { callOperation, type Operation, type Registry } from '../../operations/index.ts';
import { type ContextDeps, type Env, openCall } from './call-context.ts';
import type { IdempotencyStore } from './idempotency.ts';
import { eventStream } from './sse.ts';

/** Largest JSON body; files travel by their own route. */
const maxBodyBytes = 4 * 1024 * 1024;

/** Mounts every operation below `/api`, fixed paths before those with fields. */
export function mountOperations(
  app: Hono<Env>,
  registry: Registry,
  deps: ContextDeps & { idempotency: IdempotencyStore },
): void {
  const fixedFirst = registry
    .all()
    .sort((a, b) => (a.path.match(/\{/g)?.length ?? 0) - (b.path.match(/\{/g)?.length ?? 0));
  for (const operation of fixedFirst) {
    const path = `/api${operation.path.replace(/\{([^}]+)\}/g, ':$1')}`;
    app.on(operation.method, path, async (c) => {
      const { context, abort } = await openCall(c, deps);
      const input = await inputOf(c, operation);
      if (operation.flow)
        return eventStream(callOperation(operation, context, input) as AsyncIterable<unknown>, abort);
      const run = async () => operation.output.parse(await callOperation(operation, context, input));
      const { principal, idempotency_key: key } = context;
      const output =
        key !== undefined && operation.method !== 'GET' && principal.kind === 'user'
          ? await deps.idempotency.once(
              { user_id: principal.user_id, key, operation: operation.id, input },
              run,
            )
          : await run();
      return c.json(output as object, 200, { 'cache-control': 'no-store' });
    });
  }
}

/** Path fields, query fields (repeated ones as lists) and the JSON body as one object. */
async function inputOf(c: Context<Env>, operation: Operation): Promise<Record<string, unknown>> {
  const path = Object.fromEntries(
    [...operation.path.matchAll(/\{([^}]+)\}/g)].map(([, field]) => [field, c.req.param(field ?? '')]),
  );
  if (operation.method === 'GET' || operation.method === 'DELETE') {
    const query = Object.fromEntries(
      Object.entries(c.req.queries()).map(([field, values]) => [
        field,
        values.length > 1 ? values : values[0],
      ]),
    );
    return { ...query, ...path };
  }
  return { ...(await readJson(c)), ...path };
}

/** Errors: `too_large`, `invalid_input` for anything but a JSON object. An empty body is an empty object. */
export async function readJson(c: Context<Env>, maxBytes = maxBodyBytes): Promise<Record<string, unknown>> {
  const tooLarge = () =>
    new AppError('too_large', `The request is larger than ${maxBytes / 1024 / 1024} MB.`, {
      fix: 'Put long material into a file and upload it.',
    });
  if (Number(c.req.header('content-length') ?? 0) > maxBytes) throw tooLarge();
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of c.req.raw.body ?? []) {
    size += part.byteLength;
    if (size > maxBytes) throw tooLarge();
    parts.push(part);
  }
  if (size === 0) return {};
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(parts)));
  } catch (cause) {
    throw new AppError('invalid_input', 'The request body is not valid JSON.', {
      fix: 'Send a JSON object in UTF-8 with `content-type: application/json`.',
      cause,
    });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new AppError('invalid_input', 'The request body must be a JSON object.', {
      fix: 'Send an object: { … }.',
    });
  return value as Record<string, unknown>;
}
