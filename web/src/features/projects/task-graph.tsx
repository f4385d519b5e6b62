import {
  Background,
  type Connection,
  Controls,
  type Edge,
  Handle,
  MarkerType,
  type Node,
  type NodeProps,
  Position,
  ReactFlow,
} from '@xyflow/react';
import '@xyflow/react/dist/style.css';
import { type KeyboardEvent, memo, useMemo } from 'react';
import { cx } from '../../components/cx.ts';
import { api } from '../../lib/api.ts';
import { humanize } from '../../lib/format.ts';
import { useAction } from '../../lib/queries.ts';
import { useIsDark } from '../../lib/theme.ts';
import { layout, nodeSize } from './graph-layout.ts';
import { useProject } from './project-context.ts';
import { graphQuery, projectKeys } from './queries.ts';
import { needOf, taskLooks } from './status.tsx';
import type { Task, TaskStatus, Workstream } from './types.ts';

type TaskNode = Node<{ task: Task }, 'task'>;
type WorkstreamNode = Node<{ name: string }, 'workstream'>;

const accents: Record<TaskStatus, string> = {
  queued: 'border-l-line-strong text-muted',
  running: 'border-l-info text-info',
  blocked: 'border-l-warn-fill text-warn',
  needs_review: 'border-l-violet text-violet',
  revision_required: 'border-l-warn-fill text-warn',
  done: 'border-l-ok text-ok',
  cancelled: 'border-l-line text-muted',
};

const TaskNodeView = memo(({ data: { task } }: NodeProps<TaskNode>) => {
  const look = taskLooks[task.status];
  return (
    <div
      className={cx(
        'flex h-full cursor-pointer flex-col justify-between rounded-lg border border-l-4 border-line bg-surface px-3 py-2 hover:border-accent',
        accents[task.status],
      )}
    >
      <Handle type="target" position={Position.Left} />
      <p className="line-clamp-2 text-[13px] leading-4.5 font-medium text-text">{task.title}</p>
      <p className="flex items-center gap-1.5 text-xs">
        <look.icon aria-hidden className={cx('size-3.5', task.status === 'running' && 'animate-spin')} />
        {needOf(task) ? 'Needs you' : look.label}
        {task.assigned_agent && <span className="ml-auto text-muted">{humanize(task.assigned_agent)}</span>}
      </p>
      <Handle type="source" position={Position.Right} />
    </div>
  );
});

const WorkstreamNodeView = memo(({ data }: NodeProps<WorkstreamNode>) => (
  <div className="h-full rounded-xl border border-line bg-sunken/60 px-4 py-2.5">
    <p className="text-[13px] font-semibold text-muted">{data.name}</p>
  </div>
));

const nodeTypes = { task: TaskNodeView, workstream: WorkstreamNodeView };

export function TaskGraph({ tasks, workstreams }: { tasks: Task[]; workstreams: Workstream[] }) {
  const { project, canEdit, openTask } = useProject();
  const dark = useIsDark();
  const connect = useAction(api.projects.addDependency, {
    refresh: [graphQuery(project.id).queryKey],
    done: 'Dependency added.',
  });
  const disconnect = useAction(api.projects.removeDependency, {
    refresh: [projectKeys.list(project.id, 'graph')],
    done: 'Dependency removed.',
  });
  const { nodes, edges } = useMemo(() => draw(tasks, workstreams), [tasks, workstreams]);

  function onConnect({ source, target }: Connection): void {
    if (source && target && source !== target) connect.mutate({ id: target, depends_on_task_id: source });
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (event.key !== 'Enter' && event.key !== ' ') return;
    const { target } = event;
    if (!(target instanceof HTMLElement) || !target.classList.contains('react-flow__node-task')) return;
    event.preventDefault();
    if (target.dataset.id) openTask(target.dataset.id);
  }

  return (
    <section
      aria-label="Task graph"
      onKeyDown={onKeyDown}
      className="h-[max(22rem,calc(100dvh-20rem))] overflow-hidden rounded-xl border border-line bg-surface"
    >
      <ReactFlow
        nodes={nodes}
        edges={edges}
        nodeTypes={nodeTypes}
        onNodeClick={(_, node) => {
          if (node.type === 'task') openTask(node.id);
        }}
        onConnect={onConnect}
        onEdgesDelete={(removed) => {
          for (const edge of removed) disconnect.mutate({ id: edge.target, depends_on_task_id: edge.source });
        }}
        nodesDraggable={false}
        nodesConnectable={canEdit}
        edgesFocusable={canEdit}
        deleteKeyCode={canEdit ? ['Delete', 'Backspace'] : null}
        colorMode={dark ? 'dark' : 'light'}
        fitView
        fitViewOptions={{ maxZoom: 1, minZoom: 0.25, padding: 0.05 }}
        minZoom={0.2}
        maxZoom={1.5}
      >
        <Background gap={20} />
        <Controls showInteractive={false} />
      </ReactFlow>
    </section>
  );
}

function draw(
  tasks: Task[],
  workstreams: Workstream[],
): { nodes: (TaskNode | WorkstreamNode)[]; edges: Edge[] } {
  const { places, groups } = layout(tasks, workstreams);
  const titles = new Map(tasks.map((task) => [task.id, task.title]));
  return {
    nodes: [
      ...groups.map(
        (group): WorkstreamNode => ({
          id: group.workstream.id,
          type: 'workstream',
          position: { x: group.x, y: group.y },
          data: { name: group.workstream.name },
          style: { width: group.width, height: group.height },
          selectable: false,
          focusable: false,
          deletable: false,
          zIndex: -1,
        }),
      ),
      ...tasks.map(
        (task): TaskNode => ({
          id: task.id,
          type: 'task',
          position: places.get(task.id) ?? { x: 0, y: 0 },
          data: { task },
          style: nodeSize,
          deletable: false,
          ariaRole: 'button',
        }),
      ),
    ],
    edges: tasks.flatMap((task) =>
      task.depends_on.map((source) => ({
        id: `${source}-${task.id}`,
        source,
        target: task.id,
        ariaLabel: `${task.title} waits for ${titles.get(source) ?? 'a task'}`,
        animated: task.status === 'running',
        markerEnd: { type: MarkerType.ArrowClosed },
      })),
    ),
  };
}
