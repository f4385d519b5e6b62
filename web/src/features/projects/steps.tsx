import { useQuery } from '@tanstack/react-query';
import { Bot, ChevronRight, Loader2, Settings2, UserRound, Wrench } from 'lucide-react';
import type { ReactNode } from 'react';
import { asText, CodeBlock } from '../../components/code-block.tsx';
import { ErrorState, SkeletonList } from '../../components/states.tsx';
import { formatMoney, formatTokens } from '../../lib/format.ts';
import { useProject } from './project-context.ts';
import { stepsQuery } from './queries.ts';
import { stepWords } from './step-words.ts';
import type { Step } from './types.ts';

const icons = { system: Settings2, user: UserRound, assistant: Bot, tool: Wrench };

/** What the agent of a task did: each model call and tool call, to be opened. */
export function Steps({ taskId, last }: { taskId: string; last?: number }) {
  const { project } = useProject();
  const steps = useQuery(stepsQuery(project.id, taskId));
  if (steps.isPending) return <SkeletonList rows={2} height="h-9" />;
  if (steps.isError) return <ErrorState error={steps.error} onRetry={() => steps.refetch()} />;
  if (steps.data.length === 0) return <p className="text-[13px] text-muted">No steps yet.</p>;
  const shown = last ? steps.data.slice(-last) : steps.data;
  const hidden = steps.data.length - shown.length;
  return (
    <div className="space-y-1">
      {hidden > 0 && <p className="text-[13px] text-muted">{hidden} earlier steps are shown on the task.</p>}
      <ol className="space-y-1">
        {shown.map((step) => (
          <StepRow key={step.id} step={step} />
        ))}
      </ol>
    </div>
  );
}

function StepRow({ step }: { step: Step }) {
  const Icon = icons[step.role];
  const total = step.input_tokens + step.output_tokens;
  return (
    <li>
      <details className="group rounded-lg border border-line">
        <summary className="flex list-none items-center gap-2.5 rounded-lg px-3 py-1.5 hover:bg-sunken">
          <ChevronRight aria-hidden className="size-3.5 shrink-0 text-muted group-open:rotate-90" />
          <Icon aria-hidden className="size-4 shrink-0 text-muted" />
          <span className="min-w-0 flex-1 truncate">{stepWords(step)}</span>
          {total > 0 && (
            <span className="shrink-0 text-xs text-muted">
              {formatTokens(total)} tokens{step.cost > 0 && `, ${formatMoney(step.cost)}`}
            </span>
          )}
        </summary>
        <div className="space-y-3 border-t border-line p-3">
          {step.model_used && <p className="text-[13px] text-muted">Model: {step.model_used}</p>}
          {step.tool_input !== null && step.tool_input !== undefined && (
            <Labelled text="Input">
              <CodeBlock wrap label="tool input" code={asText(step.tool_input)} />
            </Labelled>
          )}
          {step.tool_output !== null && step.tool_output !== undefined && (
            <Labelled text="Result">
              <CodeBlock wrap label="tool result" code={asText(step.tool_output)} />
            </Labelled>
          )}
          {step.content && (
            <Labelled text="Text">
              <CodeBlock wrap label="text" code={step.content} />
            </Labelled>
          )}
        </div>
      </details>
    </li>
  );
}

function Labelled({ text, children }: { text: string; children: ReactNode }) {
  return (
    <div className="space-y-1">
      <p className="text-[13px] font-medium">{text}</p>
      {children}
    </div>
  );
}

/** Says that an agent is at work between two steps. */
export function Working() {
  return (
    <p className="flex items-center gap-2 text-[13px] text-muted">
      <Loader2 aria-hidden className="size-4 animate-spin" />
      Working on the next step
    </p>
  );
}
