import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Star } from 'lucide-react';
import { type Ref, useEffect, useImperativeHandle, useState } from 'react';
import { cx } from '../../components/cx.ts';
import { useDebounced } from '../../lib/use-debounced.ts';
import { type Prompt, promptSearchQuery, promptsQuery } from './queries.ts';

const most = 8;

export interface PickerKeys {
  /** Takes a key of the text field the picker belongs to; true when it was one of the picker's. */
  take(key: string): boolean;
}

interface PromptPickerProps {
  /** Id of the list, for the field that controls it. */
  id: string;
  /** What was typed after the slash. */
  typed: string;
  ref: Ref<PickerKeys>;
  onActive: (optionId: string | undefined) => void;
  onPick: (prompt: Prompt) => void;
  onClose: () => void;
}

/** Prompts for what is typed after a slash. The text field keeps the focus; its keys move here. */
export default function PromptPicker({ id, typed, ref, onActive, onPick, onClose }: PromptPickerProps) {
  const words = useDebounced(typed.trim(), 150);
  const list = useInfiniteQuery({ ...promptsQuery({}), enabled: words === '' });
  const found = useQuery({
    ...promptSearchQuery(words),
    enabled: words !== '',
    placeholderData: keepPreviousData,
  });
  const [active, setActive] = useState(0);
  const query = words === '' ? list : found;
  const items =
    words === ''
      ? (list.data?.pages[0]?.items ?? [])
          .toSorted(
            (one, other) =>
              Number(other.is_favorite) - Number(one.is_favorite) || other.usage_count - one.usage_count,
          )
          .slice(0, most)
      : (found.data?.items ?? []).slice(0, most);
  const at = Math.min(active, Math.max(0, items.length - 1));
  const optionId = items[at] && `${id}-${items[at].id}`;
  useEffect(() => onActive(optionId), [optionId, onActive]);
  useImperativeHandle(ref, () => ({
    take(key) {
      if (key === 'Escape') onClose();
      else if (key === 'ArrowDown' && items.length > 0) setActive((at + 1) % items.length);
      else if (key === 'ArrowUp' && items.length > 0) setActive((at - 1 + items.length) % items.length);
      else if ((key === 'Enter' || key === 'Tab') && items[at]) onPick(items[at]);
      else return false;
      return true;
    },
  }));
  return (
    <div className="rounded-xl border border-line bg-surface p-1 shadow-raised">
      {items.length === 0 && (
        <p role="status" className="px-3 py-2 text-[13px] text-muted">
          {query.isPending
            ? 'Looking for prompts'
            : query.isError
              ? 'The prompts could not be read. Escape closes this.'
              : words === ''
                ? 'No prompts yet. Keep some on the page Prompts.'
                : 'No prompt matches. Enter sends what you wrote.'}
        </p>
      )}
      <div id={id} role="listbox" aria-label="Prompts" className={cx(items.length === 0 && 'hidden')}>
        {items.map((prompt, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the field that controls the list has the keys
          <div
            key={prompt.id}
            id={`${id}-${prompt.id}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === at}
            onMouseMove={() => setActive(index)}
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => onPick(prompt)}
            className={cx('cursor-pointer rounded-lg px-3 py-1.5', index === at && 'bg-accent-soft')}
          >
            <span className="flex items-center gap-1.5 font-medium">
              {prompt.is_favorite && (
                <Star aria-label="Favourite" className="size-3.5 fill-current text-accent" />
              )}
              <span className="truncate">{prompt.title}</span>
            </span>
            <span className="block truncate text-[13px] text-muted">
              {prompt.description || prompt.content}
            </span>
          </div>
        ))}
      </div>
    </div>
  );
}
