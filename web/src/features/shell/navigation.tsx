import { Link } from '@tanstack/react-router';
import {
  BookMarked,
  Brain,
  Building2,
  FileText,
  FolderKanban,
  type LucideIcon,
  MessageSquare,
  Settings,
  Shapes,
  Shield,
  Users,
} from 'lucide-react';

export interface Destination {
  label: string;
  to:
    | '/projects'
    | '/chat'
    | '/canvas'
    | '/prompts'
    | '/personas'
    | '/files'
    | '/memory'
    | '/organizations'
    | '/settings'
    | '/admin';
  icon: LucideIcon;
  /** The sequence that goes there. */
  keys: string;
  adminOnly?: boolean;
}

export const destinations: readonly Destination[] = [
  { label: 'Projects', to: '/projects', icon: FolderKanban, keys: 'g p' },
  { label: 'Chat', to: '/chat', icon: MessageSquare, keys: 'g c' },
  { label: 'Canvas', to: '/canvas', icon: Shapes, keys: 'g v' },
  { label: 'Prompts', to: '/prompts', icon: BookMarked, keys: 'g r' },
  { label: 'Personas', to: '/personas', icon: Users, keys: 'g o' },
  { label: 'Files', to: '/files', icon: FileText, keys: 'g f' },
  { label: 'Memory', to: '/memory', icon: Brain, keys: 'g m' },
  { label: 'Organizations', to: '/organizations', icon: Building2, keys: 'g t' },
  { label: 'Settings', to: '/settings', icon: Settings, keys: 'g s' },
  { label: 'Admin', to: '/admin', icon: Shield, keys: 'g a', adminOnly: true },
];

export const destinationsFor = (role: string): readonly Destination[] =>
  destinations.filter((item) => !item.adminOnly || role !== 'user');

export function NavigationLinks({ role, onNavigate }: { role: string; onNavigate?: () => void }) {
  return (
    <ul className="space-y-0.5">
      {destinationsFor(role).map((item) => (
        <li key={item.to}>
          <Link
            to={item.to}
            onClick={onNavigate}
            className={
              'flex min-h-9 items-center gap-2.5 rounded-lg px-2.5 text-muted hover:bg-sunken hover:text-text ' +
              'aria-[current=page]:bg-accent-soft aria-[current=page]:font-medium aria-[current=page]:text-accent'
            }
          >
            <item.icon aria-hidden className="size-4.5 shrink-0" />
            {item.label}
          </Link>
        </li>
      ))}
    </ul>
  );
}
