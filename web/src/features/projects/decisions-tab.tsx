import { useInfiniteQuery } from '@tanstack/react-query';
import { Plus, Signpost } from 'lucide-react';
import { useState } from 'react';
import { Ago } from '../../components/ago.tsx';
import { Button } from '../../components/button.tsx';
import { Textarea } from '../../components/field.tsx';
import { FormDialog } from '../../components/form-dialog.tsx';
import { LoadMore } from '../../components/load-more.tsx';
import { Card } from '../../components/page.tsx';
import { EmptyState, ErrorState, SkeletonList } from '../../components/states.tsx';
import { api, troubleOf } from '../../lib/api.ts';
import { humanize } from '../../lib/format.ts';
import { useAction } from '../../lib/queries.ts';
import { useProject } from './project-context.ts';
import { decisionsQuery, projectKeys } from './queries.ts';
import { linesOf } from './task-fields.ts';

/** What was decided, why, and what else was thought of. */
export function DecisionsTab() {
  const { project, canEdit, openTask } = useProject();
  const [adding, setAdding] = useState(false);
  const decisions = useInfiniteQuery(decisionsQuery(project.id));
  const record = canEdit && (
    <Button icon={Plus} onClick={() => setAdding(true)}>
      Record a decision
    </Button>
  );
  const items = decisions.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <div className="space-y-3">
      {decisions.isPending ? (
        <SkeletonList rows={3} height="h-24" />
      ) : decisions.isError ? (
        <ErrorState error={decisions.error} onRetry={() => decisions.refetch()} />
      ) : items.length === 0 ? (
        <EmptyState icon={Signpost} title="No decisions yet" action={record}>
          Agents record what they decide and why. You can add your own, and they will follow it.
        </EmptyState>
      ) : (
        <>
          <div className="flex justify-end">{record}</div>
          <ul className="space-y-3">
            {items.map((item) => {
              const { task_id } = item;
              return (
                <li key={item.id}>
                  <Card className="space-y-2 p-4">
                    <p className="font-medium">{item.decision_text}</p>
                    {item.rationale && <p className="text-muted">{item.rationale}</p>}
                    {item.alternatives.length > 0 && (
                      <div className="text-[13px]">
                        <p className="font-medium">Considered instead</p>
                        <ul className="list-disc pl-5 text-muted">
                          {item.alternatives.map((text) => (
                            <li key={text}>{text}</li>
                          ))}
                        </ul>
                      </div>
                    )}
                    <p className="flex flex-wrap items-center gap-x-3 text-[13px] text-muted">
                      <span>
                        {item.made_by_agent ? humanize(item.made_by_agent) : 'A person'},{' '}
                        <Ago at={item.created_at} />
                      </span>
                      {task_id && (
                        <button
                          type="button"
                          onClick={() => openTask(task_id)}
                          className="text-accent underline underline-offset-2"
                        >
                          Open its task
                        </button>
                      )}
                    </p>
                  </Card>
                </li>
              );
            })}
          </ul>
          <LoadMore query={decisions} />
        </>
      )}
      {adding && <DecisionDialog projectId={project.id} onClose={() => setAdding(false)} />}
    </div>
  );
}

function DecisionDialog({ projectId, onClose }: { projectId: string; onClose: () => void }) {
  const [text, setText] = useState('');
  const [rationale, setRationale] = useState('');
  const [alternatives, setAlternatives] = useState('');
  const create = useAction(api.projects.createDecision, {
    refresh: [projectKeys.list(projectId, 'decisions')],
    announceError: false,
    onSuccess: onClose,
  });
  const fields = troubleOf(create.error).fields;
  function submit(): void {
    create.mutate({
      project_id: projectId,
      decision_text: text,
      alternatives: linesOf(alternatives),
      ...(rationale.trim() && { rationale }),
    });
  }
  return (
    <FormDialog
      title="Record a decision"
      onClose={onClose}
      submit="Record"
      busy={create.isPending}
      error={create.error}
      onSubmit={submit}
    >
      <Textarea
        label="Decision"
        required
        value={text}
        error={fields.decision_text}
        onChange={(event) => setText(event.target.value)}
      />
      <Textarea
        label="Why (optional)"
        value={rationale}
        error={fields.rationale}
        onChange={(event) => setRationale(event.target.value)}
      />
      <Textarea
        label="Alternatives (optional)"
        hint="One a line."
        value={alternatives}
        error={fields.alternatives}
        onChange={(event) => setAlternatives(event.target.value)}
      />
    </FormDialog>
  );
}
