import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Outlet, useLocation, useNavigate } from '@tanstack/react-router';
import { Menu as MenuIcon, Search } from 'lucide-react';
import { lazy, Suspense, useEffect, useState } from 'react';
import { IconButton } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Kbd } from '../../components/kbd.tsx';
import { Logo } from '../../components/logo.tsx';
import { whenReachable } from '../../lib/connection.ts';
import { useShortcut } from '../../lib/shortcuts.ts';
import { statusQuery } from '../auth/queries.ts';
import { ConnectionBanner } from './connection-banner.tsx';
import { LimitBanner } from './limit-banner.tsx';
import { ModelBanner } from './model-banner.tsx';
import { type Destination, destinationsFor, NavigationLinks } from './navigation.tsx';
import { ShortcutsDialog } from './shortcuts-dialog.tsx';
import { UserMenu } from './user-menu.tsx';

const CommandPalette = lazy(async () => ({
  default: (await whenReachable(() => import('./command-palette.tsx'))).CommandPalette,
}));

const route = getRouteApi('/shell');

/** The frame of every page behind sign-in: navigation, search, account. */
export function Shell() {
  const { user: initial } = route.useRouteContext();
  const status = useQuery(statusQuery);
  const user = status.data?.user ?? initial;
  const location = useLocation();
  const navigate = useNavigate();
  const [open, setOpen] = useState<'palette' | 'shortcuts' | 'drawer' | null>(null);
  const close = () => setOpen(null);

  const ended = status.data !== undefined && status.data.user === null;
  useEffect(() => {
    if (ended && location.pathname !== '/sign-in')
      void navigate({ to: '/sign-in', search: { to: location.href, ended: true } });
  }, [ended, location.href, location.pathname, navigate]);

  useEffect(() => {
    function onKey(event: KeyboardEvent): void {
      if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      setOpen((now) => (now === 'palette' ? null : 'palette'));
    }
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
  useShortcut('?', () => setOpen('shortcuts'));

  const search = (
    <button
      type="button"
      onClick={() => setOpen('palette')}
      className="flex min-h-9 w-full items-center gap-2.5 rounded-lg border border-line px-2.5 text-muted hover:bg-sunken"
    >
      <Search aria-hidden className="size-4" />
      <span className="flex-1 text-left">Find anything</span>
      <Kbd keys="Ctrl K" />
    </button>
  );

  return (
    <div className="flex min-h-dvh flex-col md:flex-row">
      <a
        href="#content"
        className="sr-only z-10 rounded-lg bg-surface px-3 py-2 focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
      >
        Skip to content
      </a>
      {destinationsFor(user.role).map((item) => (
        <GoTo key={item.to} keys={item.keys} to={item.to} />
      ))}
      <header className="sticky top-0 z-10 flex h-13 items-center gap-1 border-b border-line bg-surface px-2 md:hidden">
        <IconButton label="Open navigation" icon={MenuIcon} onClick={() => setOpen('drawer')} />
        <Logo className="size-6" />
        <span className="ml-1 flex-1 font-semibold">Meta Agent</span>
        <IconButton label="Find anything" icon={Search} onClick={() => setOpen('palette')} />
      </header>
      <header className="sticky top-0 hidden h-dvh w-60 shrink-0 flex-col gap-4 border-r border-line bg-surface p-3 md:flex">
        <div className="flex items-center gap-2.5 px-1.5 pt-1.5">
          <Logo />
          <span className="text-[15px] font-semibold tracking-tight">Meta Agent</span>
        </div>
        {search}
        <nav aria-label="Main" className="flex-1 overflow-y-auto">
          <NavigationLinks role={user.role} />
        </nav>
        <UserMenu user={user} onShortcuts={() => setOpen('shortcuts')} />
      </header>
      <div className="flex min-w-0 flex-1 flex-col">
        <ConnectionBanner />
        <ModelBanner />
        <LimitBanner />
        <main id="content" tabIndex={-1} className="relative min-w-0 flex-1 outline-none">
          <Outlet />
        </main>
      </div>
      {open === 'drawer' && (
        <Dialog kind="drawer" title="Meta Agent" onClose={close}>
          <div className="flex h-full flex-col gap-4">
            <nav aria-label="Main" className="flex-1">
              <NavigationLinks role={user.role} onNavigate={close} />
            </nav>
            <UserMenu user={user} onShortcuts={() => setOpen('shortcuts')} />
          </div>
        </Dialog>
      )}
      {open === 'shortcuts' && <ShortcutsDialog role={user.role} onClose={close} />}
      {open === 'palette' && (
        <Suspense>
          <CommandPalette role={user.role} onClose={close} />
        </Suspense>
      )}
    </div>
  );
}

function GoTo({ keys, to }: Pick<Destination, 'keys' | 'to'>) {
  const navigate = useNavigate();
  useShortcut(keys, () => void navigate({ to }));
  return null;
}
