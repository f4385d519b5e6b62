import { readFileSync } from 'node:fs';
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import { describe, expect, test } from 'vitest';
import { contextWindowOf, type PriceRow, priceOf } from './prices.ts';
import { estimateTokens } from './tokens.ts';

const usage = {
  inputTokens: 1_000_000,
  outputTokens: 100_000,
  cachedInputTokens: 400_000,
  reasoningTokens: 50_000,
};
const at = new Date('2026-01-10');
const row: PriceRow = {
  provider: 'openai',
  model: 'gpt-4*',
  input_per_million: 10,
  output_per_million: 100,
  cached_per_million: 1,
  reasoning_per_million: null,
};

describe('prices', () => {
  test('the bundled price knows cached input', () => {
    expect(priceOf({ provider: 'openai', model: 'gpt-4o-mini', usage, at })).toBeCloseTo(
      0.6 * 0.15 + 0.4 * 0.075 + 0.1 * 0.6,
      6,
    );
  });

  test('what Anthropic keeps for later calls costs a quarter more', () => {
    const call = { provider: 'anthropic', model: 'claude-sonnet-4-5', at } as const;
    const cost = (cacheWriteTokens: number) =>
      priceOf({
        ...call,
        usage: {
          ...usage,
          inputTokens: 100_000,
          cachedInputTokens: 40_000,
          outputTokens: 0,
          reasoningTokens: 0,
          cacheWriteTokens,
        },
      });
    expect(cost(0)).toBeCloseTo(0.06 * 3 + 0.04 * 0.3, 6);
    expect(cost(50_000)).toBeCloseTo(0.01 * 3 + 0.05 * 3.75 + 0.04 * 0.3, 6);
  });

  test('a row of the caller overrides it, the exact name before the longest pattern', () => {
    expect(priceOf({ provider: 'openai', model: 'gpt-4o-mini', usage, at }, [row])).toBeCloseTo(
      6 + 0.4 + 10,
      6,
    );
    const exact = {
      ...row,
      model: 'gpt-4o-mini',
      input_per_million: 0,
      output_per_million: 0,
      cached_per_million: 0,
    };
    expect(priceOf({ provider: 'openai', model: 'gpt-4o-mini', usage, at }, [row, exact])).toBe(0);
    const free = { ...row, reasoning_per_million: 0, cached_per_million: null };
    expect(priceOf({ provider: 'openai', model: 'gpt-4o', usage, at }, [free])).toBeCloseTo(10 + 5, 6);
  });

  test('an unknown model has no price, one on the own machine costs nothing', () => {
    expect(priceOf({ provider: 'openai', model: 'no-such-model', usage, at })).toBeNull();
    expect(priceOf({ provider: 'openai-compatible', model: 'gpt-4o-mini', usage, at })).toBeNull();
    expect(priceOf({ provider: 'ollama', model: 'llama3.2', usage, at })).toBe(0);
    expect(priceOf({ provider: 'builtin', model: 'extractive', usage, at })).toBe(0);
  });

  test('an OpenAI-compatible address tells whose price it is', () => {
    const call = {
      provider: 'openai-compatible',
      model: 'llama-3.3-70b-versatile',
      usage,
      at,
      baseUrl: 'https://api.groq.com/openai/v1',
    } as const;
    expect(priceOf(call)).toBeGreaterThan(0);
  });

  test('context windows of known models', () => {
    expect(contextWindowOf('openai', 'gpt-4o-mini')).toBe(128_000);
    expect(contextWindowOf('ollama', 'whatever')).toBeNull();
  });
});

describe('token estimates', () => {
  test('counts by o200k, special marks as plain tokens', () => {
    expect(estimateTokens('')).toBe(0);
    expect(estimateTokens('hello world')).toBe(2);
    expect(estimateTokens('<|endoftext|>')).toBeGreaterThan(0);
  });

  test('pieces change the count of a long text by no more than a few percent', () => {
    const text = readFileSync(new URL('../../../test/fixtures/DATABASE_SCHEMA.md', import.meta.url), 'utf8');
    const exact = countTokens(text);
    expect(Math.abs(estimateTokens(text) / exact - 1)).toBeLessThan(0.03);
    expect(Math.abs(estimateTokens(text.repeat(20)) / (exact * 20) - 1)).toBeLessThan(0.03);
  });

  test('a long run without spaces is counted in a moment', () => {
    const started = performance.now();
    expect(estimateTokens('a'.repeat(300_000))).toBeGreaterThan(10_000);
    expect(performance.now() - started).toBeLessThan(3_000);
  });
});
