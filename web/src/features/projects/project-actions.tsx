import { useNavigate } from '@tanstack/react-router';
import {
  Archive,
  ArchiveRestore,
  Building2,
  CircleCheck,
  Pause,
  PencilLine,
  Play,
  Trash2,
} from 'lucide-react';
import { useState } from 'react';
import { Button } from '../../components/button.tsx';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { Menu, type MenuItem } from '../../components/menu.tsx';
import { api } from '../../lib/api.ts';
import { useAction } from '../../lib/queries.ts';
import { usePlan, useStart } from './plan-state.ts';
import { useProject } from './project-context.ts';
import { ProjectOrganizationDialog } from './project-organization-dialog.tsx';
import { projectKeys } from './queries.ts';
import { RenameProjectDialog } from './rename-project-dialog.tsx';

/** Start, pause, and what is rarer in a menu. */
export function ProjectActions() {
  const { project, canEdit } = useProject();
  const navigate = useNavigate();
  const [open, setOpen] = useState<'delete' | 'rename' | 'organization' | null>(null);
  const path = { project_id: project.id };
  const refresh = [projectKeys.one(project.id), [...projectKeys.all, 'list']];
  const { start, isPending } = useStart();
  const { unfinished } = usePlan();
  const pause = useAction(api.projects.pause, {
    refresh,
    done: 'Paused. Running tasks finish their step.',
  });
  const update = useAction(api.projects.update, { refresh });
  const remove = useAction(api.projects.delete, {
    refresh: [[...projectKeys.all, 'list']],
    done: 'Project deleted.',
    onSuccess: () => void navigate({ to: '/projects' }),
  });
  if (!canEdit) return null;
  const archived = project.status === 'archived';
  const items: MenuItem[] = [
    { label: 'Rename', icon: PencilLine, run: () => setOpen('rename') },
    {
      label: 'Mark as completed',
      icon: CircleCheck,
      disabled: project.status === 'completed',
      run: () => update.mutate({ ...path, status: 'completed' }),
    },
    archived
      ? {
          label: 'Restore from archive',
          icon: ArchiveRestore,
          run: () => update.mutate({ ...path, status: 'paused' }),
        }
      : { label: 'Archive', icon: Archive, run: () => update.mutate({ ...path, status: 'archived' }) },
    ...(project.role === 'owner'
      ? [
          { label: 'Organization', icon: Building2, run: () => setOpen('organization') },
          { label: 'Delete project', icon: Trash2, danger: true, run: () => setOpen('delete') },
        ]
      : []),
  ];
  return (
    <div className="flex items-center gap-2">
      {project.status === 'active' ? (
        <Button icon={Pause} busy={pause.isPending} onClick={() => pause.mutate(path)}>
          Pause
        </Button>
      ) : (
        unfinished && (
          <Button tone="primary" icon={Play} busy={isPending} onClick={start}>
            {project.status === 'paused' ? 'Resume' : 'Start'}
          </Button>
        )
      )}
      <Menu label="More project actions" items={items} />
      {open === 'rename' && <RenameProjectDialog project={project} onClose={() => setOpen(null)} />}
      {open === 'organization' && (
        <ProjectOrganizationDialog project={project} onClose={() => setOpen(null)} />
      )}
      {open === 'delete' && (
        <ConfirmDialog
          title={`Delete “${project.name}”?`}
          confirm="Delete project"
          phrase={project.name}
          busy={remove.isPending}
          onConfirm={() => remove.mutate(path)}
          onClose={() => setOpen(null)}
        >
          Its tasks, runs, artifacts, decisions and history are deleted with it. This cannot be undone.
        </ConfirmDialog>
      )}
    </div>
  );
}
