import { queryOptions } from '@tanstack/react-query';
import { api } from '../../lib/api.ts';
import { pagedQuery } from '../../lib/queries.ts';
import type { ProjectStatus } from './types.ts';

/** Keys of one project, by what `projects.events` says has changed. */
export const projectKeys = {
  all: ['projects'] as const,
  one: (id: string) => ['projects', id] as const,
  list: (id: string, what: string) => ['projects', id, what] as const,
};

export const projectsQuery = (filter: { search?: string; status?: ProjectStatus }) =>
  pagedQuery(['projects', 'list', filter], (cursor, signal) =>
    api.projects.list({ ...filter, cursor }, { signal }),
  );

export const projectSearchQuery = (search: string) =>
  queryOptions({
    queryKey: ['projects', 'search', search],
    queryFn: ({ signal }) => api.projects.list({ ...(search && { search }), limit: 8 }, { signal }),
  });

export const projectQuery = (id: string) =>
  queryOptions({
    queryKey: projectKeys.list(id, 'project'),
    queryFn: ({ signal }) => api.projects.get({ project_id: id }, { signal }),
  });

export const graphQuery = (id: string) =>
  queryOptions({
    queryKey: projectKeys.list(id, 'graph'),
    queryFn: ({ signal }) => api.projects.graph({ project_id: id }, { signal }),
  });

export const runsQuery = (id: string, taskId?: string) =>
  pagedQuery([...projectKeys.list(id, 'runs'), taskId ?? 'all'], (cursor, signal) =>
    api.projects.listRuns({ project_id: id, ...(taskId && { task_id: taskId }), cursor }, { signal }),
  );

export const artifactsQuery = (id: string, taskId?: string) =>
  pagedQuery([...projectKeys.list(id, 'artifacts'), taskId ?? 'all'], (cursor, signal) =>
    api.projects.listArtifacts({ project_id: id, ...(taskId && { task_id: taskId }), cursor }, { signal }),
  );

export const artifactQuery = (projectId: string, id: string) =>
  queryOptions({
    queryKey: [...projectKeys.list(projectId, 'artifacts'), 'one', id],
    queryFn: ({ signal }) => api.projects.getArtifact({ id }, { signal }),
  });

export const decisionsQuery = (id: string) =>
  pagedQuery(projectKeys.list(id, 'decisions'), (cursor, signal) =>
    api.projects.listDecisions({ project_id: id, cursor }, { signal }),
  );

export const budgetsQuery = (id: string) =>
  queryOptions({
    queryKey: projectKeys.list(id, 'budgets'),
    queryFn: ({ signal }) => api.projects.listBudgets({ project_id: id }, { signal }),
  });

export const activityQuery = (id: string) =>
  queryOptions({
    queryKey: projectKeys.list(id, 'activity'),
    queryFn: ({ signal }) => api.projects.activity({ project_id: id, limit: 200 }, { signal }),
  });

/** All steps of a task in order; read page after page by sequence number. */
export const stepsQuery = (projectId: string, taskId: string) =>
  queryOptions({
    queryKey: [...projectKeys.list(projectId, 'steps'), taskId],
    queryFn: async ({ signal }) => {
      const steps = [];
      let after = 0;
      for (;;) {
        const page = await api.projects.listSteps({ id: taskId, after, limit: 200 }, { signal });
        steps.push(...page.items);
        const last = page.items.at(-1);
        if (!last || page.items.length < 200) return steps;
        after = last.sequence;
      }
    },
  });

/** Projects to choose from in a form: the newest 200. */
export const projectChoicesQuery = queryOptions({
  queryKey: ['projects', 'list', 'choices'],
  queryFn: ({ signal }) => api.projects.list({ limit: 200 }, { signal }),
});
