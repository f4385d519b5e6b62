import { useQuery } from '@tanstack/react-query';
import { api } from '../../lib/api.ts';
import { useAction } from '../../lib/queries.ts';
import { useProject } from './project-context.ts';
import { graphQuery, projectKeys } from './queries.ts';
import type { Task, Workstream } from './types.ts';

export interface PlanState {
  /** False until the tasks have been read. */
  known: boolean;
  /** The supervisor's task while it makes a plan. */
  planning: Task | undefined;
  /** The tasks of the plan, without those that make plans. */
  tasks: Task[];
  /** Workstreams that hold at least one of them. */
  workstreams: Workstream[];
  /** Something is left to do. */
  unfinished: boolean;
}

/** How far the plan of the open project is. */
export function usePlan(): PlanState {
  const { project } = useProject();
  const { data } = useQuery(graphQuery(project.id));
  const all = data?.tasks ?? [];
  const tasks = all.filter((task) => task.assigned_agent !== 'supervisor');
  return {
    known: data !== undefined,
    planning: all.find(
      (task) => task.assigned_agent === 'supervisor' && ['queued', 'running'].includes(task.status),
    ),
    tasks,
    workstreams: (data?.workstreams ?? []).filter(({ id }) =>
      tasks.some((task) => task.workstream_id === id),
    ),
    unfinished: tasks.some((task) => task.status !== 'done' && task.status !== 'cancelled'),
  };
}

/** Starts or resumes the work of the open project. */
export function useStart() {
  const { project } = useProject();
  const start = useAction(api.projects.start, {
    refresh: [projectKeys.one(project.id), [...projectKeys.all, 'list']],
    done: 'Work has started.',
  });
  return { isPending: start.isPending, start: () => start.mutate({ project_id: project.id }) };
}
