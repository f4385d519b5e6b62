import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Brain, ChevronRight, CircleAlert, CircleStop, Lightbulb, Loader2 } from 'lucide-react';
import { useState } from 'react';
import { cx } from '../../components/cx.ts';
import { Markdown } from '../../components/markdown.tsx';
import { ScrollRegion } from '../../components/scroll-region.tsx';
import { Skeleton } from '../../components/states.tsx';
import { formatMoney, formatTokens, plural } from '../../lib/format.ts';
import { ArtifactCards } from '../canvas/artifact-cards.tsx';
import type { PassageRef } from '../files/passage-panel.tsx';
import { AnswerSettings } from './answer-settings.tsx';
import { AttachmentList } from './attachment-list.tsx';
import { CallUnderWay } from './call-under-way.tsx';
import { EditMessage } from './edit-message.tsx';
import { MessageActions } from './message-actions.tsx';
import { factsQuery, type Message } from './queries.ts';
import { ApprovalCard, ToolCalls } from './tool-calls.tsx';

/** An answer with the tool calls that were made for it, or what a person said. */
export interface Turn {
  message: Message;
  tools: Message[];
}

/** Tool calls are stored after the answer they serve; on the page they stand above it. */
export function turnsOf(messages: readonly Message[]): Turn[] {
  const turns = new Map<string, Turn>();
  for (const message of messages)
    if (message.role !== 'tool' && message.role !== 'system') turns.set(message.id, { message, tools: [] });
  for (const message of messages)
    if (message.role === 'tool') turns.get(message.parent_message_id ?? '')?.tools.push(message);
  return [...turns.values()];
}

interface TurnViewProps {
  turn: Turn;
  /** True for the message a search or the overview led to. */
  marked: boolean;
  /** While an answer is produced, no other version of anything can be. */
  busy: boolean;
  onCitation: (passage: PassageRef) => void;
}

export function TurnView({ turn: { message, tools }, marked, busy, onCitation }: TurnViewProps) {
  const [editing, setEditing] = useState(false);
  const look = cx(
    'group/turn scroll-mt-4 space-y-2 rounded-xl',
    marked && 'outline-2 outline-offset-8 outline-accent',
  );
  if (message.role === 'user')
    return (
      <article id={`message-${message.id}`} aria-label={message.author_name ?? 'You'} className={look}>
        {message.author_name && <p className="text-right text-xs text-muted">{message.author_name}</p>}
        <AttachmentList attachments={message.attachments} />
        {editing ? (
          <EditMessage message={message} onClose={() => setEditing(false)} />
        ) : (
          message.content && (
            <div className="flex justify-end">
              <div className="max-w-[85%] rounded-2xl rounded-br-md bg-accent-soft px-4 py-2.5 break-words whitespace-pre-wrap">
                {message.content}
              </div>
            </div>
          )
        )}
        <div className="flex justify-end">
          <MessageActions message={message} busy={busy} onEdit={() => setEditing(true)} />
        </div>
      </article>
    );
  return (
    <div id={`message-${message.id}`} className={cx(look, 'space-y-3')}>
      {tools.length > 0 && <ToolCalls tools={tools} />}
      <Answer message={message} onCitation={onCitation} />
      {message.status === 'streaming' && message.call && <CallUnderWay call={message.call} />}
      <ArtifactCards tools={tools} />
      <ApprovalCard message={message} />
      {message.status !== 'streaming' && <MessageActions message={message} busy={busy} />}
    </div>
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
      {message.reasoning && <Thoughts text={message.reasoning} thinking={streaming && !content} />}
      {content ? (
        <Markdown text={content} markers={citations.map((item) => item.marker)} onCitation={open} />
      ) : (
        streaming &&
        !message.call && (
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
          <span title={`${message.input_tokens} in, ${message.output_tokens} out`}>
            {formatTokens(message.input_tokens + message.output_tokens)} tokens
          </span>
          <span>{formatMoney(message.cost)}</span>
        </p>
      )}
      {!streaming && <AnswerSettings parameters={message.parameters} />}
      {!streaming && message.memory_ids.length > 0 && <Facts message={message} />}
    </article>
  );
}

/** What the model thought. Shown as it comes, and put away once the answer begins; a person may open it again. */
function Thoughts({ text, thinking }: { text: string; thinking: boolean }) {
  return (
    <details
      open={thinking ? true : undefined}
      className="group/thought rounded-lg border border-line bg-surface"
    >
      <summary className="flex list-none items-center gap-2 rounded-lg px-3 py-1.5 text-[13px] text-muted hover:bg-sunken">
        <ChevronRight aria-hidden className="size-3.5 shrink-0 group-open/thought:rotate-90" />
        <Lightbulb aria-hidden className="size-4 shrink-0" />
        {thinking ? 'The model thinks' : 'What the model thought'}
      </summary>
      <ScrollRegion
        label="what the model thought"
        className={cx(
          'max-h-64 overflow-auto border-t border-line p-3 text-[13px] text-muted',
          // Reversed, so that its end stays in sight while it grows.
          thinking && 'flex flex-col-reverse',
        )}
      >
        <p className="whitespace-pre-wrap">{text}</p>
      </ScrollRegion>
    </details>
  );
}

/** The remembered facts the model was given; each leads to Memory. */
function Facts({ message }: { message: Message }) {
  const [open, setOpen] = useState(false);
  const facts = useQuery({ ...factsQuery(message.id), enabled: open });
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)} className="text-xs">
      <summary className="inline-flex cursor-pointer list-none items-center gap-1 rounded text-muted hover:text-text">
        <Brain aria-hidden className="size-3.5" />
        {plural(message.memory_ids.length, 'remembered fact')} used
      </summary>
      <ul aria-label="Facts used" className="mt-1.5 flex flex-wrap gap-1.5">
        {facts.isPending ? (
          <Skeleton className="h-6 w-40" />
        ) : (
          facts.data?.items.map((fact) => (
            <li key={fact.id} className="max-w-full">
              <Link
                to="/memory"
                search={{ search: fact.content.slice(0, 100) }}
                className="block truncate rounded-full border border-line bg-surface px-2.5 py-1 hover:border-accent"
              >
                {fact.content}
              </Link>
            </li>
          ))
        )}
        {facts.data && facts.data.items.length < message.memory_ids.length && (
          <li className="py-1 text-muted">Others were forgotten since.</li>
        )}
      </ul>
    </details>
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
