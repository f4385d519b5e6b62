import { Plus, Rows3 } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../../components/button.tsx';
import { AddTaskDialog } from './add-task-dialog.tsx';
import { useProject } from './project-context.ts';
import type { Task, Workstream } from './types.ts';
import { WorkstreamsDialog } from './workstreams-dialog.tsx';

/** Changes the plan by hand: its workstreams, another task. */
export function PlanActions({ workstreams, tasks }: { workstreams: Workstream[]; tasks: Task[] }) {
  const { canEdit } = useProject();
  const [open, setOpen] = useState<'task' | 'workstreams' | null>(null);
  const close = () => setOpen(null);
  if (!canEdit) return null;
  return (
    <div className="flex flex-wrap gap-2">
      {workstreams.length > 0 && (
        <Button icon={Rows3} onClick={() => setOpen('workstreams')}>
          Workstreams
        </Button>
      )}
      <Button icon={Plus} onClick={() => setOpen('task')}>
        Add task
      </Button>
      {open === 'task' && <AddTaskDialog workstreams={workstreams} onClose={close} />}
      {open === 'workstreams' && (
        <WorkstreamsDialog workstreams={workstreams} tasks={tasks} onClose={close} />
      )}
    </div>
  );
}
