import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { Button } from '../../components/button.tsx';
import { Checkbox, Input, Select, Textarea } from '../../components/field.tsx';
import { Section } from '../../components/page.tsx';
import { FormError } from '../../components/states.tsx';
import { api, troubleOf } from '../../lib/api.ts';
import { humanize } from '../../lib/format.ts';
import { useAction } from '../../lib/queries.ts';
import { useProject } from './project-context.ts';
import { graphQuery, projectKeys } from './queries.ts';
import { tierLabels } from './status.tsx';
import { linesOf, workerAgents } from './task-fields.ts';
import type { ModelTier, Task } from './types.ts';

/** The fields of a task. They can be changed while no agent works on it. */
export function TaskForm({ task }: { task: Task }) {
  const { project, canEdit } = useProject();
  const graph = useQuery(graphQuery(project.id));
  const initial = {
    title: task.title,
    description: task.description ?? '',
    workstream_id: task.workstream_id,
    assigned_agent: task.assigned_agent ?? '',
    model_tier: task.model_tier,
    priority: String(task.priority),
    definition_of_done: task.definition_of_done.join('\n'),
    requires_approval: task.requires_approval,
    max_retries: String(task.max_retries),
  };
  const [values, setValues] = useState(initial);
  const save = useAction(api.projects.updateTask, {
    refresh: [projectKeys.one(project.id)],
    announceError: false,
    done: 'Task saved.',
  });
  const fields = troubleOf(save.error).fields;
  const changed = JSON.stringify(values) !== JSON.stringify(initial);
  const locked = !canEdit || task.status === 'running';
  const set = <K extends keyof typeof initial>(field: K, value: (typeof initial)[K]) =>
    setValues((now) => ({ ...now, [field]: value }));
  // The supervisor's and verifier's own tasks keep their agent.
  const agent = workerAgents.find((item) => item === values.assigned_agent);
  function submit(event: FormEvent): void {
    event.preventDefault();
    save.mutate({
      id: task.id,
      title: values.title,
      description: values.description.trim() || null,
      workstream_id: values.workstream_id,
      model_tier: values.model_tier,
      priority: Number(values.priority),
      definition_of_done: linesOf(values.definition_of_done),
      requires_approval: values.requires_approval,
      max_retries: Number(values.max_retries),
      ...(agent && { assigned_agent: agent }),
    });
  }
  return (
    <Section title="Task">
      <form onSubmit={submit} className="space-y-4">
        {task.status === 'running' && (
          <p className="text-[13px] text-muted">It is running. Cancel it to change it.</p>
        )}
        <fieldset disabled={locked} className="space-y-4">
          <Input
            label="Title"
            required
            value={values.title}
            error={fields.title}
            onChange={(event) => set('title', event.target.value)}
          />
          <Textarea
            label="Description"
            rows={4}
            value={values.description}
            error={fields.description}
            onChange={(event) => set('description', event.target.value)}
          />
          <Textarea
            label="Definition of done"
            hint="One condition a line. The verifier checks the result against each."
            rows={Math.max(2, task.definition_of_done.length)}
            value={values.definition_of_done}
            error={fields.definition_of_done}
            onChange={(event) => set('definition_of_done', event.target.value)}
          />
          <div className="grid gap-4 sm:grid-cols-2">
            <Select
              label="Agent"
              value={values.assigned_agent}
              onChange={(event) => set('assigned_agent', event.target.value as typeof values.assigned_agent)}
            >
              {!agent && (
                <option value={values.assigned_agent}>
                  {humanize(values.assigned_agent) || 'Not assigned'}
                </option>
              )}
              {workerAgents.map((item) => (
                <option key={item} value={item}>
                  {humanize(item)}
                </option>
              ))}
            </Select>
            <Select
              label="Model tier"
              value={values.model_tier}
              onChange={(event) => set('model_tier', event.target.value as ModelTier)}
            >
              {Object.entries(tierLabels).map(([value, label]) => (
                <option key={value} value={value}>
                  {label}
                </option>
              ))}
            </Select>
            <Select
              label="Workstream"
              value={values.workstream_id}
              onChange={(event) => set('workstream_id', event.target.value)}
            >
              {(graph.data?.workstreams ?? []).map((item) => (
                <option key={item.id} value={item.id}>
                  {item.name}
                </option>
              ))}
            </Select>
            <div className="grid grid-cols-2 gap-4">
              <Input
                label="Priority"
                type="number"
                min={1}
                max={10}
                value={values.priority}
                error={fields.priority}
                onChange={(event) => set('priority', event.target.value)}
              />
              <Input
                label="Retries"
                type="number"
                min={0}
                max={10}
                value={values.max_retries}
                error={fields.max_retries}
                onChange={(event) => set('max_retries', event.target.value)}
              />
            </div>
          </div>
          <Checkbox
            label="Ask me before it runs"
            checked={values.requires_approval}
            onChange={(event) => set('requires_approval', event.target.checked)}
          />
        </fieldset>
        <FormError error={save.error} />
        {changed && !locked && (
          <div className="flex gap-2">
            <Button type="submit" tone="primary" busy={save.isPending}>
              Save changes
            </Button>
            <Button onClick={() => setValues(initial)}>Undo changes</Button>
          </div>
        )}
      </form>
    </Section>
  );
}
