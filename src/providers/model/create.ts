import { systemClock } from '../../kernel/clock.ts';
import { createBuiltinModel } from './builtin/provider.ts';
import type { ModelConnection, ModelProvider } from './port.ts';
import { type ModelDeps, SdkModelProvider } from './sdk-provider.ts';
import { vendors } from './vendors.ts';

const idleTimeoutMs = 180_000;

/** Opens a connection. Nothing is sent yet. Errors: `invalid_input` for a missing or unusable base URL. */
export function createModelProvider(
  connection: ModelConnection,
  deps: Partial<ModelDeps> = {},
): ModelProvider {
  const { kind } = connection;
  if (kind === 'builtin') return createBuiltinModel(connection.name);
  const { clock = systemClock, fetch = globalThis.fetch } = deps;
  return new SdkModelProvider(
    { ...connection, kind },
    { clock, fetch, idleTimeoutMs: deps.idleTimeoutMs ?? idleTimeoutMs },
  );
}

const ollamaTimeoutMs = 500;

/** Looks for a running Ollama; null when there is none. */
export async function findOllama(
  baseUrl = vendors.ollama.defaultBaseUrl ?? '',
  signal?: AbortSignal,
): Promise<{ baseUrl: string; models: string[] } | null> {
  const timeout = AbortSignal.timeout(ollamaTimeoutMs);
  const provider = createModelProvider({ kind: 'ollama', name: 'Ollama', baseUrl });
  const models = await provider
    .listModels(signal === undefined ? timeout : AbortSignal.any([signal, timeout]))
    .catch(() => null);
  signal?.throwIfAborted();
  return models === null ? null : { baseUrl, models };
}
