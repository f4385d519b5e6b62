import { Search } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useShortcut } from '../lib/shortcuts.ts';
import { useDebounced } from '../lib/use-debounced.ts';
import { cx } from './cx.ts';

interface SearchInputProps {
  label: string;
  value: string;
  /** As wide as its place. */
  fill?: boolean;
  /** Called once typing has rested. */
  onChange: (value: string) => void;
}

/** A search box that keeps its words in the URL through its owner; `/` moves to it. */
export function SearchInput({ label, value, fill, onChange }: SearchInputProps) {
  const [typed, setTyped] = useState(value);
  const rested = useDebounced(typed);
  const input = useRef<HTMLInputElement>(null);
  const latest = useRef({ value, onChange });
  latest.current = { value, onChange };
  useEffect(() => {
    if (rested !== latest.current.value) latest.current.onChange(rested);
  }, [rested]);
  useEffect(() => setTyped(value), [value]);
  useShortcut('/', focusInput);
  function focusInput(): void {
    input.current?.focus();
  }
  return (
    <div className={cx('relative w-full', !fill && 'sm:w-72')}>
      <Search aria-hidden className="pointer-events-none absolute top-2.5 left-3 size-4 text-muted" />
      <input
        ref={input}
        type="search"
        aria-label={label}
        placeholder={label}
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        className="h-9 w-full rounded-lg border border-line-strong bg-surface pr-3 pl-9 placeholder:text-muted"
      />
    </div>
  );
}
