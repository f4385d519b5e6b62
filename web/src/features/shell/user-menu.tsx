import { useNavigate } from '@tanstack/react-router';
import { ChevronsUpDown, Keyboard, LogOut, Monitor, Moon, Sun, UserRound } from 'lucide-react';
import { Menu } from '../../components/menu.tsx';
import { api } from '../../lib/api.ts';
import { useAction } from '../../lib/queries.ts';
import { setTheme, type Theme, useTheme } from '../../lib/theme.ts';
import { useLeave } from '../auth/queries.ts';

const themes: { value: Theme; label: string; icon: typeof Sun }[] = [
  { value: 'system', label: 'Theme: as the system', icon: Monitor },
  { value: 'light', label: 'Theme: light', icon: Sun },
  { value: 'dark', label: 'Theme: dark', icon: Moon },
];

export function UserMenu({
  user,
  onShortcuts,
}: {
  user: { name: string | null; email: string };
  onShortcuts: () => void;
}) {
  const theme = useTheme();
  const navigate = useNavigate();
  const leave = useLeave();
  const signOut = useAction(api.auth.signOut, { onSuccess: () => void leave() });
  return (
    <div className="flex items-center gap-2">
      <span
        aria-hidden
        className="grid size-8 shrink-0 place-items-center rounded-full bg-accent-soft text-[13px] font-semibold text-accent"
      >
        {(user.name ?? user.email).charAt(0).toUpperCase()}
      </span>
      <div className="min-w-0 flex-1 leading-4">
        {user.name && <p className="truncate text-[13px] font-medium">{user.name}</p>}
        <p className="truncate text-xs text-muted">{user.email}</p>
      </div>
      <Menu
        label="Account and theme"
        icon={ChevronsUpDown}
        items={[
          ...themes
            .filter((item) => item.value !== theme)
            .map((item) => ({ label: item.label, icon: item.icon, run: () => setTheme(item.value) })),
          {
            label: 'Account settings',
            icon: UserRound,
            run: () => void navigate({ to: '/settings/account' }),
          },
          { label: 'Keyboard shortcuts', icon: Keyboard, run: onShortcuts },
          { label: 'Sign out', icon: LogOut, run: () => signOut.mutate({}) },
        ]}
      />
    </div>
  );
}
