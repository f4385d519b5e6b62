import { useQuery } from '@tanstack/react-query';
import { Link2, X } from 'lucide-react';
import { useState } from 'react';
import { Button, IconButton } from '../../components/button.tsx';
import { Select } from '../../components/field.tsx';
import { Section } from '../../components/page.tsx';
import { FormError } from '../../components/states.tsx';
import { api } from '../../lib/api.ts';
import { useAction } from '../../lib/queries.ts';
import { useProject } from './project-context.ts';
import { graphQuery, projectKeys } from './queries.ts';
import { TaskBadge } from './status.tsx';
import type { Task } from './types.ts';

/** What the task waits for. The keyboard's way to what the graph does by drawing. */
export function TaskDependencies({ task }: { task: Task }) {
  const { project, canEdit, openTask } = useProject();
  const graph = useQuery(graphQuery(project.id));
  const [chosen, setChosen] = useState('');
  const refresh = [projectKeys.list(project.id, 'graph')];
  const add = useAction(api.projects.addDependency, {
    refresh,
    announceError: false,
    onSuccess: () => setChosen(''),
  });
  const remove = useAction(api.projects.removeDependency, { refresh });
  const tasks = graph.data?.tasks ?? [];
  const waitsFor = tasks.filter((item) => task.depends_on.includes(item.id));
  const others = tasks.filter((item) => item.id !== task.id && !task.depends_on.includes(item.id));
  const over = task.status === 'done' || task.status === 'cancelled';
  const editable = canEdit && !over && task.status !== 'running';
  return (
    <Section title="Waits for">
      {waitsFor.length === 0 && (
        <p className="text-[13px] text-muted">
          {over ? 'Nothing.' : 'Nothing: it can run as soon as work starts.'}
        </p>
      )}
      <ul className="space-y-1">
        {waitsFor.map((item) => (
          <li
            key={item.id}
            className="flex items-center gap-2 rounded-lg border border-line py-0.5 pr-0.5 pl-3"
          >
            <button
              type="button"
              onClick={() => openTask(item.id)}
              className="min-w-0 flex-1 text-left hover:text-accent hover:underline"
            >
              {item.title}
            </button>
            <TaskBadge status={item.status} />
            {editable && (
              <IconButton
                label={`No longer wait for ${item.title}`}
                icon={X}
                onClick={() => remove.mutate({ id: task.id, depends_on_task_id: item.id })}
              />
            )}
          </li>
        ))}
      </ul>
      {editable && others.length > 0 && (
        <div className="flex items-end gap-2">
          <div className="min-w-0 flex-1">
            <Select
              label="Wait for another task"
              quiet
              value={chosen}
              onChange={(event) => setChosen(event.target.value)}
            >
              <option value="">Choose a task …</option>
              {others.map((item) => (
                <option key={item.id} value={item.id}>
                  {item.title}
                </option>
              ))}
            </Select>
          </div>
          <Button
            icon={Link2}
            disabled={!chosen}
            busy={add.isPending}
            onClick={() => add.mutate({ id: task.id, depends_on_task_id: chosen })}
          >
            Add
          </Button>
        </div>
      )}
      <FormError error={add.error} />
    </Section>
  );
}
