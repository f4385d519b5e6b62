import dagre from '@dagrejs/dagre';
import type { Task, Workstream } from './types.ts';

export const nodeSize = { width: 220, height: 84 };
const padding = { side: 20, top: 44, bottom: 20 };

export interface Placed {
  x: number;
  y: number;
}

export interface Group extends Placed {
  workstream: Workstream;
  width: number;
  height: number;
}

/**
 * Places tasks left to right by dependency, one band for each workstream, so that bands never overlap:
 * columns come from one layered layout of the whole graph (dagre), rows from the band.
 */
export function layout(
  tasks: readonly Task[],
  workstreams: readonly Workstream[],
): { places: Map<string, Placed>; groups: Group[] } {
  const graph = new dagre.graphlib.Graph();
  graph.setGraph({ rankdir: 'LR', nodesep: 24, ranksep: 72 });
  graph.setDefaultEdgeLabel(() => ({}));
  const known = new Set(tasks.map((task) => task.id));
  for (const task of tasks) graph.setNode(task.id, { ...nodeSize });
  for (const task of tasks)
    for (const source of task.depends_on) if (known.has(source)) graph.setEdge(source, task.id);
  dagre.layout(graph);
  const at = (id: string): Placed => graph.node(id) as Placed;

  const places = new Map<string, Placed>();
  const groups: Group[] = [];
  const left = Math.min(...tasks.map((task) => at(task.id).x));
  let top = 0;
  for (const workstream of workstreams) {
    const members = tasks
      .filter((task) => task.workstream_id === workstream.id)
      .sort((one, other) => at(one.id).y - at(other.id).y);
    if (members.length === 0) continue;
    const columns = new Map<number, number>();
    let right = 0;
    for (const task of members) {
      const x = at(task.id).x - left + padding.side;
      const row = columns.get(x) ?? 0;
      columns.set(x, row + 1);
      places.set(task.id, { x, y: top + padding.top + row * (nodeSize.height + 20) });
      right = Math.max(right, x + nodeSize.width);
    }
    const rows = Math.max(...columns.values());
    const height = padding.top + rows * (nodeSize.height + 20) - 20 + padding.bottom;
    groups.push({ workstream, x: 0, y: top, width: right + padding.side, height });
    top += height + 24;
  }
  const width = Math.max(0, ...groups.map((group) => group.width));
  return { places, groups: groups.map((group) => ({ ...group, width })) };
}
