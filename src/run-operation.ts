import { createApp } from './app.ts';
import type { Config } from './config/index.ts';
import { type DeployStep, findOwner } from './database/index.ts';
import { allContracts } from './domains/contracts.ts';
import { AppError, type ErrorCode, errorCodes } from './kernel/errors.ts';
import { callOperation } from './operations/index.ts';

/**
 * One operation from the command line: by the running server, or by the database itself when none runs.
 * Errors: `not_found`, `invalid_input` for a flow, and those of the operation.
 */
export async function runOperation(
  config: Config,
  id: string,
  input: Record<string, unknown>,
  onDeploy: (step: DeployStep) => void,
): Promise<unknown> {
  const shape = allContracts.find((candidate) => candidate.id === id);
  if (!shape)
    throw new AppError('not_found', `There is no operation ${id}.`, {
      fix: 'See `meta-agent operations`.',
    });
  if (shape.flow)
    throw new AppError('invalid_input', `${id} is a stream of events, which a command cannot follow.`, {
      fix: `Read GET /api${shape.path} instead.`,
    });
  const owner = config.databaseUrl ? undefined : findOwner(config.dataDir);
  if (owner?.url) return callServer(owner.url, config.key ?? owner.token, shape, input);
  const app = await createApp({ ...config, logLevel: 'error' }, { onDeploy });
  try {
    const operation = app.registry.get(id);
    const principal = config.key
      ? await app.authenticator.bearer(config.key)
      : ({ kind: 'operator' } as const);
    if (!operation) throw new AppError('internal', `Nothing answers ${id}.`);
    const signal = new AbortController().signal;
    return operation.output.parse(await callOperation(operation, { principal, signal }, input));
  } finally {
    await app.close();
  }
}

/** One operation at the running server, over HTTP. */
async function callServer(
  url: string,
  token: string,
  shape: (typeof allContracts)[number],
  input: Record<string, unknown>,
): Promise<unknown> {
  const rest = { ...input };
  const path = shape.path.replace(/\{([^}]+)\}/g, (_, field: string) => {
    const value = rest[field];
    delete rest[field];
    return encodeURIComponent(String(value));
  });
  const inQuery = shape.method === 'GET' || shape.method === 'DELETE';
  const query = new URLSearchParams(
    Object.fromEntries(Object.entries(rest).map(([field, value]) => [field, String(value)])),
  );
  const response = await fetch(`${url}/api${path}${inQuery && query.size > 0 ? `?${query}` : ''}`, {
    method: shape.method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(inQuery ? {} : { body: JSON.stringify(rest) }),
  });
  const body = (await response.json()) as { detail?: string; fix?: string; code?: string };
  if (!response.ok)
    throw new AppError(
      body.code !== undefined && body.code in errorCodes ? (body.code as ErrorCode) : 'internal',
      body.detail ?? `The server answered ${response.status}.`,
      { fix: body.fix },
    );
  return body;
}
