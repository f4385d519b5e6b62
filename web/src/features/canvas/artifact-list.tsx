import { Globe } from 'lucide-react';
import { Ago } from '../../components/ago.tsx';
import { Badge } from '../../components/badge.tsx';
import { kinds } from './kinds.ts';
import type { CanvasItem } from './queries.ts';

interface ArtifactListProps {
  items: readonly CanvasItem[];
  onOpen: (id: string) => void;
}

/** Artifacts as rows that open. */
export function ArtifactList({ items, onOpen }: ArtifactListProps) {
  return (
    <ul aria-label="Artifacts" className="divide-y divide-line">
      {items.map(({ id, title, content_type, language, version, is_published, updated_at }) => {
        const { icon: Icon, label } = kinds[content_type];
        return (
          <li key={id}>
            <button
              type="button"
              onClick={() => onOpen(id)}
              className="flex w-full items-center gap-3 px-4 py-2.5 text-left hover:bg-sunken"
            >
              <Icon aria-hidden className="size-5 shrink-0 text-muted" />
              <span className="min-w-0 flex-1">
                <span className="block truncate font-medium">{title}</span>
                <span className="block text-[13px] text-muted">
                  {label}
                  {language && `, ${language}`}, version {version}
                </span>
              </span>
              {is_published && <Badge icon={Globe}>Published</Badge>}
              <span className="text-[13px] text-muted">
                <Ago at={updated_at} />
              </span>
            </button>
          </li>
        );
      })}
    </ul>
  );
}
