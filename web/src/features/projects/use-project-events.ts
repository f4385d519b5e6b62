import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { api } from '../../lib/api.ts';
import { follow } from '../../lib/live.ts';
import { projectKeys } from './queries.ts';
import type { ProjectEvent } from './types.ts';

/** Which lists of a project must be asked for again when `what` has changed. */
const touched: Record<NonNullable<ProjectEvent['what']>, string[]> = {
  project: ['project', 'activity'],
  task: ['graph', 'project', 'activity'],
  run: ['runs', 'project'],
  step: ['steps'],
  artifact: ['artifacts'],
  decision: ['decisions'],
  budget: ['budgets'],
};

export type LiveState = 'connecting' | 'live' | 'reconnecting' | 'ended';

/** How long changes are gathered before lists are asked for again. */
const gather = 200;

/** Keeps everything shown of a project up to date while it is open. Gives the state of the connection. */
export function useProjectEvents(projectId: string): LiveState {
  const client = useQueryClient();
  const [state, setState] = useState<LiveState>('connecting');
  useEffect(() => {
    const abort = new AbortController();
    const due = new Set<string>();
    let timer: ReturnType<typeof setTimeout> | undefined;
    function refresh(): void {
      timer = undefined;
      for (const list of due) void client.invalidateQueries({ queryKey: projectKeys.list(projectId, list) });
      due.clear();
    }
    void follow<ProjectEvent>(
      (signal) => api.projects.events({ project_id: projectId }, { signal }),
      abort.signal,
      {
        onState: setState,
        onReconnect: () => void client.invalidateQueries({ queryKey: projectKeys.one(projectId) }),
        onEvent: ({ type, what }) => {
          if (type === 'changed' && what) {
            for (const list of touched[what]) due.add(list);
            timer ??= setTimeout(refresh, gather);
          }
          return undefined;
        },
      },
    );
    return () => {
      abort.abort();
      clearTimeout(timer);
    };
  }, [client, projectId]);
  return state;
}
