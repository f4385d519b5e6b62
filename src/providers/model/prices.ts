import { calcPrice, findProvider, type Provider } from '@pydantic/genai-prices';
import { BoundedMap } from '../../kernel/bounded-map.ts';
import type { ProviderKind, TokenUsage } from './port.ts';

/**
 * A price kept by the caller, which overrides the bundled one. US dollars per million tokens. What a vendor keeps of a
 * prompt costs as input here; only bundled prices know what more it asks for that.
 */
export interface PriceRow {
  provider: string;
  /** Model name; `*` at its end matches any ending. */
  model: string;
  input_per_million: number;
  output_per_million: number;
  /** Null: as input. */
  cached_per_million: number | null;
  /** Null: as output. */
  reasoning_per_million: number | null;
}

export interface PricedCall {
  provider: ProviderKind;
  model: string;
  usage: TokenUsage;
  /** Prices change: the one of this moment is used. */
  at: Date;
  /** Tells whose price holds behind an OpenAI-compatible address. */
  baseUrl?: string | null;
}

const million = 1_000_000;

function matches(pattern: string, model: string): boolean {
  return pattern.endsWith('*') ? model.startsWith(pattern.slice(0, -1)) : pattern === model;
}

/** The row for a model: the exact name before the longest pattern. */
function rowFor({ provider, model }: PricedCall, rows: PriceRow[]): PriceRow | undefined {
  return rows
    .filter((row) => row.provider === provider && matches(row.model, model))
    .sort(
      (a, b) => Number(b.model === model) - Number(a.model === model) || b.model.length - a.model.length,
    )[0];
}

/** What a call costs in US dollars; null when nobody knows the price. Models on one's own machine cost nothing. */
export function priceOf(call: PricedCall, rows: PriceRow[] = []): number | null {
  const { usage, provider, model, at, baseUrl } = call;
  const row = rowFor(call, rows);
  if (row !== undefined) {
    const fresh = usage.inputTokens - usage.cachedInputTokens;
    const written = usage.outputTokens - usage.reasoningTokens;
    const cached = usage.cachedInputTokens * (row.cached_per_million ?? row.input_per_million);
    const reasoned = usage.reasoningTokens * (row.reasoning_per_million ?? row.output_per_million);
    return (fresh * row.input_per_million + cached + written * row.output_per_million + reasoned) / million;
  }
  if (provider === 'builtin' || provider === 'ollama') return 0;
  if (provider === 'openai-compatible' && !baseUrl) return null;
  const tokens = {
    input_tokens: usage.inputTokens,
    cache_read_tokens: Math.min(usage.cachedInputTokens, usage.inputTokens),
    ...(provider === 'anthropic' && { cache_write_tokens: usage.cacheWriteTokens ?? 0 }),
    output_tokens: usage.outputTokens,
  };
  const seller = sellerOf(provider, baseUrl);
  return seller ? (calcPrice(tokens, model, { provider: seller, timestamp: at })?.total_price ?? null) : null;
}

/** Whose prices hold, by kind or address: every call asks, and an address is compared with the pattern of each vendor. */
const sellers = new BoundedMap<string, Provider | undefined>(1_000);

function sellerOf(kind: ProviderKind, baseUrl: string | null | undefined): Provider | undefined {
  const key = kind === 'openai-compatible' ? (baseUrl ?? '') : kind;
  if (!sellers.has(key))
    sellers.set(
      key,
      findProvider(kind === 'openai-compatible' ? { providerApiUrl: key } : { providerId: key }),
    );
  return sellers.get(key);
}

const contextWindows = new BoundedMap<string, number | null>(1_000);

/** Tokens a known model reads at most; null when unknown. */
export function contextWindowOf(provider: ProviderKind, model: string): number | null {
  const key = `${provider} ${model}`;
  const known = contextWindows.get(key);
  if (known !== undefined) return known;
  const found = calcPrice({ input_tokens: 0 }, model, { providerId: provider })?.model.context_window ?? null;
  contextWindows.set(key, found);
  return found;
}
