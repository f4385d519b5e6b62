import { Link } from '@tanstack/react-router';
import { PencilLine, Wand2 } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../../components/button.tsx';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { Textarea } from '../../components/field.tsx';
import { Card, Section } from '../../components/page.tsx';
import { FormError } from '../../components/states.tsx';
import { api, troubleOf } from '../../lib/api.ts';
import { useAction } from '../../lib/queries.ts';
import { usePlan } from './plan-state.ts';
import { useProject } from './project-context.ts';
import { projectKeys } from './queries.ts';

/** The goal in words, and the button that has it planned. */
export function GoalCard() {
  const { project, canEdit } = useProject();
  const [draft, setDraft] = useState<string | null>(project.goal ? null : '');
  const [confirming, setConfirming] = useState(false);
  const refresh = [projectKeys.one(project.id)];
  const save = useAction(api.projects.update, {
    refresh,
    announceError: false,
    onSuccess: () => setDraft(null),
  });
  const plan = useAction(api.projects.plan, {
    refresh,
    announceError: false,
    onSuccess: () => {
      setDraft(null);
      setConfirming(false);
    },
  });
  const goal = (draft ?? project.goal ?? '').trim();
  const editing = draft !== null;
  const { known, planning, tasks } = usePlan();
  const waiting = tasks.some((task) => task.status === 'queued');
  const planned = tasks.length > 0;
  const start = () => plan.mutate({ project_id: project.id, goal });
  const error = plan.error ?? save.error;
  return (
    <Section
      title="Goal"
      actions={
        canEdit &&
        !editing && (
          <Button size="sm" tone="ghost" icon={PencilLine} onClick={() => setDraft(project.goal ?? '')}>
            Edit
          </Button>
        )
      }
    >
      <Card className="space-y-3 p-4">
        {editing && canEdit ? (
          <Textarea
            label="Goal"
            quiet
            rows={5}
            placeholder="For example: List every table that stores a secret or a token, and which file defines it."
            value={draft}
            error={troubleOf(error).fields.goal}
            onChange={(event) => setDraft(event.target.value)}
          />
        ) : (
          <p className="whitespace-pre-wrap">{project.goal ?? 'No goal yet.'}</p>
        )}
        <FormError error={error} />
        {canEdit && known && (
          <div className="flex flex-wrap items-center gap-2">
            <Button
              tone={planned ? 'secondary' : 'primary'}
              icon={Wand2}
              busy={plan.isPending || planning !== undefined}
              disabled={goal.length < 3}
              onClick={() => (waiting ? setConfirming(true) : start())}
            >
              {planned ? 'Plan again' : 'Plan'}
            </Button>
            {editing && (
              <Button
                busy={save.isPending}
                onClick={() => save.mutate({ project_id: project.id, goal: goal || null })}
              >
                Save goal
              </Button>
            )}
            {editing && project.goal && (
              <Button tone="ghost" onClick={() => setDraft(null)}>
                Cancel
              </Button>
            )}
            {planned && !editing && (
              <Link
                to="/projects/$projectId/graph"
                params={{ projectId: project.id }}
                className="text-accent underline underline-offset-2"
              >
                See the plan
              </Link>
            )}
          </div>
        )}
      </Card>
      {confirming && (
        <ConfirmDialog
          title="Plan again?"
          confirm="Plan again"
          busy={plan.isPending}
          onConfirm={start}
          onClose={() => setConfirming(false)}
        >
          Tasks of the earlier proposal that never ran are replaced by the new one. Finished work stays.
        </ConfirmDialog>
      )}
    </Section>
  );
}
