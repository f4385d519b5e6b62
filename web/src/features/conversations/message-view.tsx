import { Brain, ChevronRight, CircleAlert, CircleStop, Loader2, Wrench } from 'lucide-react';
import { asText, CodeBlock } from '../../components/code-block.tsx';
import { Markdown } from '../../components/markdown.tsx';
import { formatMoney, formatTokens, humanize, plural } from '../../lib/format.ts';
import type { PassageRef } from '../files/passage-panel.tsx';
import type { Message } from './queries.ts';

/** An answer with the tool calls that were made for it, or what the person said. */
export interface Turn {
  message: Message;
  tools: Message[];
}

/** Tool calls are stored after the answer they serve; on the page they stand above it. */
export function turnsOf(messages: readonly Message[]): Turn[] {
  const turns: Turn[] = [];
  for (const message of messages) {
    if (message.role === 'tool') turns.at(-1)?.tools.push(message);
    else if (message.role !== 'system') turns.push({ message, tools: [] });
  }
  return turns;
}

interface TurnViewProps {
  turn: Turn;
  onCitation: (passage: PassageRef) => void;
}

export function TurnView({ turn: { message, tools }, onCitation }: TurnViewProps) {
  if (message.role === 'user')
    return (
      <article aria-label="You" className="flex justify-end">
        <div className="max-w-[85%] rounded-2xl rounded-br-md bg-accent-soft px-4 py-2.5 whitespace-pre-wrap">
          {message.content}
        </div>
      </article>
    );
  return (
    <div className="space-y-3">
      {tools.length > 0 && <ToolCalls tools={tools} />}
      <Answer message={message} onCitation={onCitation} />
    </div>
  );
}

function ToolCalls({ tools }: { tools: Message[] }) {
  const names = [...new Set(tools.map((tool) => humanize(tool.tool_name ?? 'tool')))];
  return (
    <details className="group/all rounded-lg border border-line bg-surface">
      <summary className="flex list-none items-center gap-2 rounded-lg px-3 py-1.5 text-[13px] text-muted hover:bg-sunken">
        <ChevronRight aria-hidden className="size-3.5 shrink-0 group-open/all:rotate-90" />
        <Wrench aria-hidden className="size-4 shrink-0" />
        <span className="min-w-0 truncate">
          {plural(tools.length, 'tool call')}: {names.join(', ')}
        </span>
      </summary>
      <ul className="space-y-1 border-t border-line p-2">
        {tools.map((tool) => (
          <li key={tool.id}>
            <details className="group/one rounded-lg">
              <summary className="flex list-none items-center gap-2 rounded-lg px-2 py-1 hover:bg-sunken">
                <ChevronRight aria-hidden className="size-3.5 shrink-0 text-muted group-open/one:rotate-90" />
                {humanize(tool.tool_name ?? 'tool')}
              </summary>
              <div className="space-y-2 p-2">
                <CodeBlock wrap label="tool input" code={asText(tool.tool_input)} />
                <CodeBlock wrap label="tool result" code={asText(tool.tool_output ?? tool.content)} />
              </div>
            </details>
          </li>
        ))}
      </ul>
    </details>
  );
}

interface AnswerProps {
  message: Message;
  onCitation: (passage: PassageRef) => void;
}

function Answer({ message, onCitation }: AnswerProps) {
  const { status, content, citations } = message;
  const streaming = status === 'streaming';
  function open(marker: number): void {
    const citation = citations.find((item) => item.marker === marker);
    if (citation) onCitation(citation);
  }
  return (
    <article aria-label="Answer" aria-busy={streaming} className="space-y-2">
      {content ? (
        <Markdown text={content} markers={citations.map((item) => item.marker)} onCitation={open} />
      ) : (
        streaming && (
          <p role="status" className="flex items-center gap-2 text-muted">
            <Loader2 aria-hidden className="size-4 animate-spin" /> Looking and thinking
          </p>
        )
      )}
      {status === 'failed' && (
        <p role="alert" className="flex gap-2 rounded-lg bg-danger-soft px-3 py-2 text-danger">
          <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
          {message.error ?? 'The answer could not be finished.'}
        </p>
      )}
      {status === 'stopped' && (
        <p className="flex items-center gap-2 text-[13px] text-muted">
          <CircleStop aria-hidden className="size-4" /> Stopped
        </p>
      )}
      {citations.length > 0 && !streaming && <Sources citations={citations} onCitation={onCitation} />}
      {!streaming && (
        <p className="flex flex-wrap gap-x-3 text-xs text-muted">
          {message.model_used && <span>{message.model_used}</span>}
          <span>{formatTokens(message.input_tokens + message.output_tokens)} tokens</span>
          <span>{formatMoney(message.cost)}</span>
          {message.memory_ids.length > 0 && (
            <span className="inline-flex items-center gap-1">
              <Brain aria-hidden className="size-3.5" />
              {plural(message.memory_ids.length, 'remembered fact')} used
            </span>
          )}
        </p>
      )}
    </article>
  );
}

type Citations = Message['citations'];

/** Each cited file once, with the numbers that point into it. */
function Sources({ citations, onCitation }: { citations: Citations; onCitation: AnswerProps['onCitation'] }) {
  const files = [...new Set(citations.map((citation) => citation.file_id))].map((id) => ({
    id,
    items: citations.filter((citation) => citation.file_id === id),
  }));
  return (
    <ul aria-label="Sources" className="space-y-1 text-[13px]">
      {files.map(({ id, items }) => (
        <li key={id} className="flex flex-wrap items-center gap-1">
          <span className="mr-1 text-muted">{items[0]?.file_name}</span>
          {items.map((item) => (
            <button
              key={item.marker}
              type="button"
              aria-label={`Source ${item.marker}`}
              title={item.quote}
              onClick={() => onCitation(item)}
              className="min-w-6 rounded border border-line bg-surface px-1.5 text-xs leading-5.5 font-semibold text-accent hover:border-accent"
            >
              {item.marker}
            </button>
          ))}
        </li>
      ))}
    </ul>
  );
}
