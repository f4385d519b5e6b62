import { CheckCircle2, CircleAlert, CircleHelp, Eye, type LucideIcon, ShieldCheck } from 'lucide-react';
import { type FormEvent, type ReactNode, useState } from 'react';
import { type Tone, toneClass } from '../../components/badge.tsx';
import { Button } from '../../components/button.tsx';
import { cx } from '../../components/cx.ts';
import { Textarea } from '../../components/field.tsx';
import { FormError } from '../../components/states.tsx';
import { api, troubleOf } from '../../lib/api.ts';
import { formatAgo } from '../../lib/format.ts';
import { useAction } from '../../lib/queries.ts';
import { useProject } from './project-context.ts';
import { projectKeys } from './queries.ts';
import { RetryDialog } from './retry-dialog.tsx';
import { needOf } from './status.tsx';
import type { Task } from './types.ts';

/** What the task waits for, what the verifier said, what went wrong: each with what to do about it. */
export function TaskNotices({ task }: { task: Task }) {
  const need = needOf(task);
  return (
    <div className="space-y-3 empty:hidden">
      {need === 'answer' && <Question task={task} />}
      {need === 'approval' && (
        <Notice tone="violet" icon={ShieldCheck} title="Waits for your approval">
          <p>It runs once you approve it and everything it depends on is done.</p>
          <Approve task={task} label="Approve" />
        </Notice>
      )}
      {task.last_error && (
        <Notice tone="danger" icon={CircleAlert} title="Something went wrong">
          <p>{task.last_error}</p>
          {task.next_attempt_at ? (
            <p>It is tried again {formatAgo(task.next_attempt_at)}.</p>
          ) : (
            need === 'error' && <Retry task={task} />
          )}
        </Notice>
      )}
      {task.verification && <Verdict task={task} />}
      {task.answer && task.question && (
        <Notice tone="neutral" icon={CircleHelp} title={task.question}>
          <p>Answered: {task.answer}</p>
        </Notice>
      )}
    </div>
  );
}

function Verdict({ task }: { task: Task }) {
  const verdict = task.verification;
  if (!verdict) return null;
  const review = task.status === 'needs_review';
  return (
    <Notice
      tone={verdict.passed ? 'ok' : review ? 'violet' : 'warn'}
      icon={verdict.passed ? CheckCircle2 : Eye}
      title={verdict.passed ? 'The verifier accepted it' : 'The verifier did not accept it'}
    >
      {verdict.reasons.length > 0 && (
        <ul className="list-disc pl-4">
          {verdict.reasons.map((reason) => (
            <li key={reason}>{reason}</li>
          ))}
        </ul>
      )}
      {review && (
        <>
          <p>Accept the result as it is, or have it done again with a remark.</p>
          <div className="flex flex-wrap gap-2">
            <Approve task={task} label="Accept result" />
            <Retry task={task} />
          </div>
        </>
      )}
    </Notice>
  );
}

function Approve({ task, label }: { task: Task; label: string }) {
  const { project, canEdit } = useProject();
  const approve = useAction(api.projects.approveTask, { refresh: [projectKeys.one(project.id)] });
  if (!canEdit) return null;
  return (
    <Button tone="primary" size="sm" busy={approve.isPending} onClick={() => approve.mutate({ id: task.id })}>
      {label}
    </Button>
  );
}

function Retry({ task }: { task: Task }) {
  const { canEdit } = useProject();
  const [open, setOpen] = useState(false);
  if (!canEdit) return null;
  return (
    <>
      <Button size="sm" onClick={() => setOpen(true)}>
        Retry
      </Button>
      {open && <RetryDialog task={task} onClose={() => setOpen(false)} />}
    </>
  );
}

function Question({ task }: { task: Task }) {
  const { project, canEdit } = useProject();
  const [text, setText] = useState('');
  const answer = useAction(api.projects.answerTask, {
    refresh: [projectKeys.one(project.id)],
    announceError: false,
    done: 'Answered. The agent goes on.',
  });
  function submit(event: FormEvent): void {
    event.preventDefault();
    answer.mutate({ id: task.id, answer: text });
  }
  return (
    <Notice tone="violet" icon={CircleHelp} title="The agent asks">
      <p className="whitespace-pre-wrap">{task.question}</p>
      {canEdit && (
        <form onSubmit={submit} className="space-y-2 text-text">
          <Textarea
            label="Your answer"
            quiet
            required
            placeholder="Your answer"
            value={text}
            error={troubleOf(answer.error).fields.answer}
            onChange={(event) => setText(event.target.value)}
          />
          <FormError error={answer.error} />
          <Button type="submit" tone="primary" size="sm" busy={answer.isPending}>
            Answer
          </Button>
        </form>
      )}
    </Notice>
  );
}

interface NoticeProps {
  tone: Tone;
  icon: LucideIcon;
  title: string;
  children: ReactNode;
}

function Notice({ tone, icon: Icon, title, children }: NoticeProps) {
  return (
    <div className={cx('flex gap-3 rounded-xl p-3.5', toneClass[tone])}>
      <Icon aria-hidden className="mt-0.5 size-4.5 shrink-0" />
      <div className="min-w-0 flex-1 space-y-2">
        <p className="font-semibold">{title}</p>
        {children}
      </div>
    </div>
  );
}
