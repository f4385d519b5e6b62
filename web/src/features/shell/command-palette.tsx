import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { FolderKanban, type LucideIcon, MessageSquare, Moon, Plus, Search, Sun } from 'lucide-react';
import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import { cx } from '../../components/cx.ts';
import { setTheme, useIsDark } from '../../lib/theme.ts';
import { useDebounced } from '../../lib/use-debounced.ts';
import { projectSearchQuery } from '../projects/queries.ts';
import { destinationsFor } from './navigation.tsx';

interface Command {
  id: string;
  label: string;
  hint: string;
  icon: LucideIcon;
  run: () => void;
}

/** Jumps to projects, pages and actions by a few letters: a combobox over a list. */
export function CommandPalette({ role, onClose }: { role: string; onClose: () => void }) {
  const [typed, setTyped] = useState('');
  const [active, setActive] = useState(0);
  const navigate = useNavigate();
  const dark = useIsDark();
  const dialog = useRef<HTMLDialogElement>(null);
  const listId = useId();
  const asked = useDebounced(typed.trim());
  const projects = useQuery({ ...projectSearchQuery(asked), placeholderData: keepPreviousData });

  useEffect(() => {
    const element = dialog.current;
    element?.showModal();
    return () => element?.close();
  }, []);

  const words = typed.trim().toLowerCase();
  const fixed: Command[] = [
    ...destinationsFor(role).map((item) => ({
      id: item.to,
      label: item.label,
      hint: 'Page',
      icon: item.icon,
      run: () => void navigate({ to: item.to }),
    })),
    {
      id: 'new-project',
      label: 'New project',
      hint: 'Action',
      icon: Plus,
      run: () => void navigate({ to: '/projects', search: { create: true } }),
    },
    {
      id: 'new-chat',
      label: 'New chat',
      hint: 'Action',
      icon: MessageSquare,
      run: () => void navigate({ to: '/chat/new' }),
    },
    {
      id: 'theme',
      label: dark ? 'Use the light theme' : 'Use the dark theme',
      hint: 'Action',
      icon: dark ? Sun : Moon,
      run: () => setTheme(dark ? 'light' : 'dark'),
    },
  ];
  // What an earlier text found stays only as far as it matches: Enter must not open anything else.
  const current = asked === typed.trim() && !projects.isPlaceholderData;
  const found = (projects.data?.items ?? []).filter(
    (item) => current || item.name.toLowerCase().includes(words),
  );
  const commands: Command[] = [
    ...fixed.filter((item) => item.label.toLowerCase().includes(words)),
    ...found.map((item) => ({
      id: item.id,
      label: item.name,
      hint: 'Project',
      icon: FolderKanban,
      run: () => void navigate({ to: '/projects/$projectId', params: { projectId: item.id } }),
    })),
  ];
  const selected = Math.min(active, commands.length - 1);

  function choose(command: Command | undefined): void {
    if (!command) return;
    onClose();
    command.run();
  }

  function onKeyDown(event: KeyboardEvent): void {
    const move = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (move !== 0 && commands.length > 0) {
      event.preventDefault();
      const next = (selected + move + commands.length) % commands.length;
      setActive(next);
      document.getElementById(`${listId}-${next}`)?.scrollIntoView({ block: 'nearest' });
    } else if (event.key === 'Enter') {
      event.preventDefault();
      choose(commands[selected]);
    }
  }

  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: a click on the backdrop closes; Escape does so for keyboards
    <dialog
      ref={dialog}
      aria-label="Find anything"
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => {
        if (event.target === dialog.current) onClose();
      }}
      className="mx-auto mt-[12vh] w-[min(36rem,calc(100vw-2rem))] rounded-xl border border-line bg-surface p-0 text-text shadow-raised"
    >
      <div className="flex items-center gap-3 border-b border-line px-4">
        <Search aria-hidden className="size-4 text-muted" />
        <input
          type="text"
          role="combobox"
          aria-label="Find anything"
          aria-expanded
          aria-controls={listId}
          aria-autocomplete="list"
          aria-activedescendant={commands.length > 0 ? `${listId}-${selected}` : undefined}
          placeholder="Projects, pages, actions"
          value={typed}
          onChange={(event) => {
            setTyped(event.target.value);
            setActive(0);
          }}
          onKeyDown={onKeyDown}
          className="h-12 min-w-0 flex-1 bg-transparent outline-none placeholder:text-muted"
        />
      </div>
      <div
        id={listId}
        role="listbox"
        aria-label="Results"
        tabIndex={-1}
        className="max-h-80 overflow-y-auto p-2"
      >
        {commands.map((command, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: keys are handled by the combobox above
          // biome-ignore lint/a11y/useFocusableInteractive: the combobox keeps focus and names the active option
          <div
            key={command.id}
            id={`${listId}-${index}`}
            role="option"
            aria-selected={index === selected}
            onClick={() => choose(command)}
            onMouseMove={() => setActive(index)}
            className={cx(
              'flex cursor-pointer items-center gap-3 rounded-lg px-3 py-2',
              index === selected && 'bg-accent-soft',
            )}
          >
            <command.icon aria-hidden className="size-4 shrink-0 text-muted" />
            <span className="min-w-0 flex-1 truncate">{command.label}</span>
            <span className="text-xs text-muted">{command.hint}</span>
          </div>
        ))}
      </div>
      {commands.length === 0 && (
        <p role="status" className="px-5 pb-5 text-muted">
          {projects.isFetching ? 'Searching …' : 'Nothing found.'}
        </p>
      )}
    </dialog>
  );
}
