import { queryOptions } from '@tanstack/react-query';
import { api } from '../../lib/api.ts';
import { pagedQuery } from '../../lib/queries.ts';

export type {
  ConversationSettings,
  Preset,
  Rule,
  Settings,
} from '../../../../src/domains/preferences/contract.ts';

/** Everything below it is asked for again after any change: one setting shows in many places. */
export const preferenceKeys = { all: ['preferences'] as const };

export const settingsQuery = queryOptions({
  queryKey: ['preferences', 'settings'],
  queryFn: ({ signal }) => api.preferences.get({}, { signal }),
});

export const effectiveQuery = (conversation_id?: string) =>
  queryOptions({
    queryKey: ['preferences', 'effective', conversation_id ?? null],
    queryFn: ({ signal }) =>
      api.preferences.effective(conversation_id ? { conversation_id } : {}, { signal }),
  });

export const conversationSettingsQuery = (conversation_id: string) =>
  queryOptions({
    queryKey: ['preferences', 'conversation', conversation_id],
    queryFn: ({ signal }) => api.preferences.getConversation({ conversation_id }, { signal }),
  });

export const presetsQuery = queryOptions({
  queryKey: ['preferences', 'presets'],
  queryFn: ({ signal }) => api.preferences.listPresets({}, { signal }),
});

export const rulesQuery = (place: { project_id?: string; conversation_id?: string } = {}) =>
  queryOptions({
    queryKey: ['preferences', 'rules', place],
    queryFn: ({ signal }) => api.preferences.listRules(place, { signal }),
  });

export const settingsHistoryQuery = pagedQuery(['preferences', 'history'], (cursor, signal) =>
  api.preferences.history({ limit: 30, ...(cursor ? { cursor } : {}) }, { signal }),
);
