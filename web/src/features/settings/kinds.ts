import type { ModelTier, ProviderKind } from './types.ts';

interface Kind {
  label: string;
  /** Where it is reached when nothing else is given. */
  url: string | null;
  urlNeeded: boolean;
  keyNeeded: boolean;
}

export const kinds: Record<ProviderKind, Kind> = {
  openai: { label: 'OpenAI', url: null, urlNeeded: false, keyNeeded: true },
  anthropic: { label: 'Anthropic', url: null, urlNeeded: false, keyNeeded: true },
  google: { label: 'Google Gemini', url: null, urlNeeded: false, keyNeeded: true },
  'openai-compatible': { label: 'OpenAI-compatible server', url: null, urlNeeded: true, keyNeeded: false },
  ollama: { label: 'Ollama', url: 'http://127.0.0.1:11434', urlNeeded: false, keyNeeded: false },
};
export const kindNames = Object.keys(kinds) as ProviderKind[];

export const tiers: { tier: ModelTier; label: string; hint: string }[] = [
  { tier: 'haiku', label: 'Light (haiku)', hint: 'Fast and cheap: small steps.' },
  { tier: 'sonnet', label: 'Standard (sonnet)', hint: 'Most tasks and chats.' },
  { tier: 'opus', label: 'Strong (opus)', hint: 'Planning and hard tasks.' },
];
