import {
  Archive,
  Ban,
  CheckCircle2,
  CircleDashed,
  CirclePause,
  Clock,
  Eye,
  Loader2,
  type LucideIcon,
  OctagonPause,
  PencilRuler,
  Play,
  RotateCcw,
} from 'lucide-react';
import { Badge, type Tone } from '../../components/badge.tsx';
import type { ModelTier, Project, ProjectStatus, Run, Task, TaskStatus } from './types.ts';

interface Look {
  label: string;
  tone: Tone;
  icon: LucideIcon;
}

export const taskLooks: Record<TaskStatus, Look> = {
  queued: { label: 'Queued', tone: 'neutral', icon: Clock },
  running: { label: 'Running', tone: 'info', icon: Loader2 },
  blocked: { label: 'Blocked', tone: 'warn', icon: OctagonPause },
  needs_review: { label: 'Needs review', tone: 'violet', icon: Eye },
  revision_required: { label: 'Revising', tone: 'warn', icon: RotateCcw },
  done: { label: 'Done', tone: 'ok', icon: CheckCircle2 },
  cancelled: { label: 'Cancelled', tone: 'neutral', icon: Ban },
};
export const taskStatuses = Object.keys(taskLooks) as TaskStatus[];

export const projectLooks: Record<ProjectStatus, Look> = {
  planning: { label: 'Planning', tone: 'neutral', icon: PencilRuler },
  active: { label: 'Active', tone: 'info', icon: Play },
  paused: { label: 'Paused', tone: 'warn', icon: CirclePause },
  completed: { label: 'Completed', tone: 'ok', icon: CheckCircle2 },
  archived: { label: 'Archived', tone: 'neutral', icon: Archive },
};
export const projectStatuses = Object.keys(projectLooks) as ProjectStatus[];

export const runTones: Record<Run['status'], Tone> = {
  running: 'info',
  completed: 'ok',
  failed: 'danger',
  cancelled: 'neutral',
};

export const tierLabels: Record<ModelTier, string> = {
  haiku: 'Light (haiku)',
  sonnet: 'Standard (sonnet)',
  opus: 'Strong (opus)',
};

export function TaskBadge({ status }: { status: TaskStatus }) {
  const look = taskLooks[status];
  return (
    <Badge tone={look.tone} icon={look.icon} spin={status === 'running'}>
      {look.label}
    </Badge>
  );
}

export function ProjectBadge({ status }: { status: ProjectStatus }) {
  const look = projectLooks[status];
  return (
    <Badge tone={look.tone} icon={look.icon}>
      {look.label}
    </Badge>
  );
}

const bars: Record<TaskStatus, string> = {
  done: 'bg-ok',
  running: 'bg-info',
  needs_review: 'bg-violet',
  revision_required: 'bg-warn-fill',
  blocked: 'bg-warn-fill',
  queued: 'bg-line-strong/50',
  cancelled: 'bg-line',
};

/** Tasks by status as one bar, and in words for everyone. */
export function TaskCounts({ counts }: { counts: Project['task_counts'] }) {
  const present = (Object.keys(bars) as TaskStatus[]).flatMap((status) => {
    const value = counts[status] ?? 0;
    return value > 0 ? [{ status, value }] : [];
  });
  const total = present.reduce((sum, item) => sum + item.value, 0);
  if (total === 0)
    return (
      <p className="flex items-center gap-1.5 text-[13px] text-muted">
        <CircleDashed aria-hidden className="size-3.5" /> No tasks yet
      </p>
    );
  return (
    <div className="space-y-1.5">
      <div aria-hidden className="flex h-1.5 gap-0.5 overflow-hidden rounded-full">
        {present.map(({ status, value }) => (
          <div key={status} className={bars[status]} style={{ flexGrow: value }} />
        ))}
      </div>
      <p className="text-[13px] text-muted">
        {present.map(({ status, value }) => `${value} ${taskLooks[status].label.toLowerCase()}`).join(' · ')}
      </p>
    </div>
  );
}

/** What a task waits for from a person, if anything. */
export function needOf(task: Task): 'answer' | 'approval' | 'review' | 'error' | null {
  if (task.question && !task.answer) return 'answer';
  if (task.status === 'needs_review') return 'review';
  if (task.requires_approval && !task.approved_at && (task.status === 'queued' || task.status === 'blocked'))
    return 'approval';
  if (task.status === 'blocked' && task.last_error) return 'error';
  return null;
}
