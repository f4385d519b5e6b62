import { Brain, ChevronRight, CircleAlert, CircleStop, Loader2, Wrench } from 'lucide-react';
import { asText, CodeBlock } from '../../components/code-block.tsx';
import { Markdown } from '../../components/markdown.tsx';
import { formatMoney, formatTokens, humanize, plural } from '../../lib/format.ts';
import type { PassageRef } from '../files/passage-panel.tsx';
import type { Message } from './queries.ts';

interface MessageViewProps {
  message: Message;
  onCitation: (passage: PassageRef) => void;
}

export function MessageView({ message, onCitation }: MessageViewProps) {
  switch (message.role) {
    case 'user':
      return (
        <article aria-label="You" className="flex justify-end">
          <div className="max-w-[85%] rounded-2xl rounded-br-md bg-accent-soft px-4 py-2.5 whitespace-pre-wrap">
            {message.content}
          </div>
        </article>
      );
    case 'tool':
      return <ToolCall message={message} />;
    case 'assistant':
      return <Answer message={message} onCitation={onCitation} />;
    case 'system':
      return null;
  }
}

function ToolCall({ message }: { message: Message }) {
  return (
    <details className="group rounded-lg border border-line bg-surface">
      <summary className="flex list-none items-center gap-2 rounded-lg px-3 py-1.5 text-[13px] text-muted hover:bg-sunken">
        <ChevronRight aria-hidden className="size-3.5 group-open:rotate-90" />
        <Wrench aria-hidden className="size-4" />
        {humanize(message.tool_name ?? 'tool')}
      </summary>
      <div className="space-y-2 border-t border-line p-3">
        <CodeBlock wrap label="tool input" code={asText(message.tool_input)} />
        <CodeBlock wrap label="tool result" code={asText(message.tool_output ?? message.content)} />
      </div>
    </details>
  );
}

function Answer({ message, onCitation }: MessageViewProps) {
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
      {citations.length > 0 && !streaming && (
        <ul aria-label="Sources" className="flex flex-wrap gap-1.5">
          {citations.map((item) => (
            <li key={item.marker}>
              <button
                type="button"
                onClick={() => onCitation(item)}
                title={item.quote}
                className="rounded-md border border-line bg-surface px-2 py-0.5 text-[13px] hover:border-accent"
              >
                <span className="font-semibold text-accent">{item.marker}</span> {item.file_name}
              </button>
            </li>
          ))}
        </ul>
      )}
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
