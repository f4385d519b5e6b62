import { useState } from 'react';
import { Checkbox, Input, Select, Textarea } from '../../components/field.tsx';
import { FormDialog } from '../../components/form-dialog.tsx';
import { api, troubleOf } from '../../lib/api.ts';
import { humanize } from '../../lib/format.ts';
import { useAction } from '../../lib/queries.ts';
import { useProject } from './project-context.ts';
import { projectKeys } from './queries.ts';
import { tierLabels } from './status.tsx';
import { linesOf, workerAgents } from './task-fields.ts';
import type { ModelTier, Workstream } from './types.ts';

const newWorkstream = 'new';

/** Adds a task, in a workstream of its own if need be. */
export function AddTaskDialog({ workstreams, onClose }: { workstreams: Workstream[]; onClose: () => void }) {
  const { project, openTask } = useProject();
  const [title, setTitle] = useState('');
  const [description, setDescription] = useState('');
  const [workstream, setWorkstream] = useState(workstreams[0]?.id ?? newWorkstream);
  const [workstreamName, setWorkstreamName] = useState('');
  const [agent, setAgent] = useState<(typeof workerAgents)[number]>('researcher');
  const [tier, setTier] = useState<ModelTier>('sonnet');
  const [done, setDone] = useState('');
  const [approval, setApproval] = useState(false);
  const create = useAction(
    async () => {
      const workstream_id =
        workstream === newWorkstream
          ? (await api.projects.createWorkstream({ project_id: project.id, name: workstreamName })).id
          : workstream;
      // Kept, so that a second try after a refused task does not make the workstream again.
      setWorkstream(workstream_id);
      return api.projects.createTask({
        workstream_id,
        title,
        assigned_agent: agent,
        model_tier: tier,
        definition_of_done: linesOf(done),
        requires_approval: approval,
        ...(description.trim() && { description }),
      });
    },
    {
      refresh: [projectKeys.one(project.id)],
      announceError: false,
      onSuccess: (task) => {
        onClose();
        openTask(task.id);
      },
    },
  );
  const fields = troubleOf(create.error).fields;
  function submit(): void {
    create.mutate(undefined);
  }
  return (
    <FormDialog
      title="Add task"
      onClose={onClose}
      submit="Add task"
      busy={create.isPending}
      error={create.error}
      onSubmit={submit}
    >
      <Input
        label="Title"
        required
        maxLength={200}
        value={title}
        error={fields.title}
        onChange={(event) => setTitle(event.target.value)}
      />
      <Textarea
        label="Description (optional)"
        value={description}
        error={fields.description}
        onChange={(event) => setDescription(event.target.value)}
      />
      <Select label="Workstream" value={workstream} onChange={(event) => setWorkstream(event.target.value)}>
        {workstreams.map((item) => (
          <option key={item.id} value={item.id}>
            {item.name}
          </option>
        ))}
        {!workstreams.some((item) => item.id === workstream) && workstream !== newWorkstream && (
          <option value={workstream}>{workstreamName}</option>
        )}
        <option value={newWorkstream}>New workstream …</option>
      </Select>
      {workstream === newWorkstream && (
        <Input
          label="Name of the new workstream"
          required
          value={workstreamName}
          error={fields.name}
          onChange={(event) => setWorkstreamName(event.target.value)}
        />
      )}
      <div className="grid gap-4 sm:grid-cols-2">
        <Select
          label="Agent"
          value={agent}
          onChange={(event) =>
            setAgent(workerAgents.find((item) => item === event.target.value) ?? 'researcher')
          }
        >
          {workerAgents.map((item) => (
            <option key={item} value={item}>
              {humanize(item)}
            </option>
          ))}
        </Select>
        <Select
          label="Model tier"
          value={tier}
          onChange={(event) => setTier(event.target.value as ModelTier)}
        >
          {Object.entries(tierLabels).map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </Select>
      </div>
      <Textarea
        label="Definition of done (optional)"
        hint="One condition a line. The verifier checks the result against each."
        value={done}
        error={fields.definition_of_done}
        onChange={(event) => setDone(event.target.value)}
      />
      <Checkbox
        label="Ask me before it runs"
        checked={approval}
        onChange={(event) => setApproval(event.target.checked)}
      />
    </FormDialog>
  );
}
