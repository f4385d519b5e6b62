import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Bot, History, UserRound } from 'lucide-react';
import { useState } from 'react';
import { Ago } from '../../components/ago.tsx';
import { Button } from '../../components/button.tsx';
import { cx } from '../../components/cx.ts';
import { LoadMore } from '../../components/load-more.tsx';
import { ErrorState, SkeletonList } from '../../components/states.tsx';
import { api } from '../../lib/api.ts';
import { useAction } from '../../lib/queries.ts';
import { Editor } from './editor.tsx';
import {
  type CanvasArtifact,
  type CanvasVersion,
  canvasKeys,
  versionQuery,
  versionsQuery,
} from './queries.ts';

/** Every version, newest first; one of them with what changed from it to now, and the way back to it. */
export function Versions({ artifact }: { artifact: CanvasArtifact }) {
  const versions = useInfiniteQuery(versionsQuery(artifact.id));
  const [chosen, setChosen] = useState<number | null>(null);
  if (versions.isPending)
    return (
      <div className="p-4">
        <SkeletonList rows={4} height="h-12" />
      </div>
    );
  if (versions.isError)
    return (
      <div className="p-4">
        <ErrorState error={versions.error} onRetry={() => versions.refetch()} />
      </div>
    );
  const items = versions.data.pages.flatMap((page) => page.items);
  return (
    <div className="flex h-full flex-col">
      <div className={cx('overflow-y-auto', chosen === null ? 'min-h-0 flex-1' : 'max-h-[40%] shrink-0')}>
        <ul aria-label="Versions" className="divide-y divide-line">
          {items.map((item) => (
            <li key={item.version}>
              <VersionRow
                item={item}
                isNow={item.version === artifact.version}
                open={chosen === item.version}
                onOpen={() => setChosen(chosen === item.version ? null : item.version)}
              />
            </li>
          ))}
        </ul>
        <LoadMore query={versions} />
      </div>
      {chosen !== null && <Difference key={chosen} artifact={artifact} version={chosen} />}
    </div>
  );
}

interface VersionRowProps {
  item: CanvasVersion;
  isNow: boolean;
  open: boolean;
  onOpen: () => void;
}

function VersionRow({ item, isNow, open, onOpen }: VersionRowProps) {
  const Author = item.created_by_agent ? Bot : UserRound;
  return (
    <button
      type="button"
      aria-expanded={open}
      onClick={onOpen}
      className={cx(
        'flex w-full items-center gap-3 px-4 py-2 text-left hover:bg-sunken',
        open && 'bg-accent-soft',
      )}
    >
      <Author aria-hidden className="size-4 shrink-0 text-muted" />
      <span className="min-w-0 flex-1">
        <span className="font-medium">Version {item.version}</span>
        {isNow && <span className="text-muted"> (now)</span>}
        <span className="block truncate text-[13px] text-muted">
          {item.change_summary ?? (item.created_by_agent ? 'Written by the model' : 'Edited by hand')}
        </span>
      </span>
      <span className="text-[13px] text-muted">
        <Ago at={item.created_at} />
      </span>
    </button>
  );
}

function Difference({ artifact, version }: { artifact: CanvasArtifact; version: number }) {
  const old = useQuery(versionQuery(artifact.id, version));
  const restore = useAction(api.canvas.restore, {
    refresh: [canvasKeys.all],
    done: `Version ${version} is back, as a new version.`,
  });
  const isNow = version === artifact.version;
  return (
    <div className="flex min-h-0 flex-1 flex-col border-t border-line">
      <div className="flex items-center gap-2 px-4 py-1.5">
        <p className="min-w-0 flex-1 text-[13px] text-muted">
          {isNow ? 'The text as it is now' : `What changed from version ${version} to now`}
        </p>
        {!isNow && artifact.can_edit && (
          <Button
            size="sm"
            icon={History}
            busy={restore.isPending}
            onClick={() => restore.mutate({ artifact_id: artifact.id, version: String(version) })}
          >
            Restore version {version}
          </Button>
        )}
      </div>
      <div className="min-h-0 flex-1">
        {old.isPending ? (
          <div className="p-4">
            <SkeletonList rows={3} height="h-5" />
          </div>
        ) : old.isError ? (
          <div className="p-4">
            <ErrorState error={old.error} onRetry={() => old.refetch()} />
          </div>
        ) : (
          <Editor
            label={isNow ? `Version ${version}` : `Version ${version} against now`}
            type={artifact.content_type}
            language={artifact.language}
            value={artifact.content}
            {...(isNow ? { readOnly: true } : { before: old.data.content })}
          />
        )}
      </div>
    </div>
  );
}
