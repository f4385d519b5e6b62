import { useQuery } from '@tanstack/react-query';
import { useBlocker } from '@tanstack/react-router';
import { Check, Copy, Download, PencilLine, Save, Share2, Trash2 } from 'lucide-react';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { Button, IconButton } from '../../components/button.tsx';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { cx } from '../../components/cx.ts';
import { Menu } from '../../components/menu.tsx';
import { ErrorState, FormError, SkeletonList } from '../../components/states.tsx';
import { api, troubleOf } from '../../lib/api.ts';
import { copyText } from '../../lib/clipboard.ts';
import { useAction } from '../../lib/queries.ts';
import { ChangedMeanwhile } from './changed-meanwhile.tsx';
import { Editor } from './editor.tsx';
import { fileName, kinds } from './kinds.ts';
import { Preview } from './preview.tsx';
import { artifactQuery, type CanvasArtifact, canvasKeys } from './queries.ts';
import { RenameArtifactDialog } from './rename-artifact-dialog.tsx';
import { ShareArtifactDialog } from './share-artifact-dialog.tsx';
import { Versions } from './versions.tsx';

interface ArtifactViewProps {
  id: string;
  /** Stands at the beginning of the header, such as a way back. */
  before?: ReactNode;
  /** Stands at its end, such as a way to close it. */
  after?: ReactNode;
  /** Level of the title on its page. */
  level: 1 | 2;
  onDeleted: () => void;
}

/** One artifact: what it looks like, its text to edit, its versions, and what can be done with it. */
export function ArtifactView({ id, ...rest }: ArtifactViewProps) {
  const query = useQuery(artifactQuery(id));
  if (query.isPending || query.isError)
    return (
      <div className="flex h-full flex-col">
        <div className="flex items-center justify-between gap-2 border-b border-line px-3 py-1.5">
          <div>{rest.before}</div>
          <div>{rest.after}</div>
        </div>
        <div className="p-4">
          {query.isPending ? (
            <SkeletonList rows={5} height="h-8" />
          ) : (
            <ErrorState error={query.error} onRetry={() => query.refetch()} />
          )}
        </div>
      </div>
    );
  return <Opened key={id} artifact={query.data} {...rest} />;
}

type Mode = 'preview' | 'edit' | 'versions';

function Opened({
  artifact,
  before,
  after,
  level,
  onDeleted,
}: Omit<ArtifactViewProps, 'id'> & { artifact: CanvasArtifact }) {
  const { id, title, content, content_type: type, language, version, can_edit } = artifact;
  const [mode, setMode] = useState<Mode>('preview');
  const [dialog, setDialog] = useState<'rename' | 'share' | 'delete' | null>(null);
  const [copied, setCopied] = useState(false);
  /** What was typed and not saved, and the version it was made from. */
  const [draft, setDraft] = useState<{ text: string; version: number } | null>(null);
  const text = draft?.text ?? content;
  const overtaken = draft !== null && draft.version !== version;
  const save = useAction(api.canvas.update, {
    refresh: [canvasKeys.all],
    announceError: false,
    onSuccess: (_saved, sent) => setDraft((now) => (now?.text === sent.content ? null : now)),
  });
  const remove = useAction(api.canvas.delete, {
    refresh: [canvasKeys.lists],
    done: 'Artifact deleted.',
    onSuccess: onDeleted,
  });
  // A draft that is the text again is none.
  useEffect(() => {
    if (draft && draft.version === version && draft.text === content) setDraft(null);
  }, [draft, version, content]);
  const dirty = useRef(false);
  dirty.current = draft !== null;
  const blocker = useBlocker({
    shouldBlockFn: ({ current, next }) =>
      dirty.current &&
      !(next.pathname === current.pathname && artifactOf(next.search) === artifactOf(current.search)),
    enableBeforeUnload: () => dirty.current,
    withResolver: true,
  });
  function keep(from: number): void {
    if (draft) save.mutate({ artifact_id: id, content: draft.text, version: from });
  }
  const Heading = level === 1 ? 'h1' : 'h2';
  const conflict = troubleOf(save.error).code === 'conflict';
  const modes: [Mode, string][] = [
    ['preview', 'Preview'],
    ['edit', can_edit ? 'Edit' : 'Text'],
    ['versions', 'Versions'],
  ];
  return (
    <section aria-label={`Artifact ${title}`} className="flex h-full min-w-0 flex-col bg-surface">
      <header className="flex items-center gap-1 border-b border-line px-2 py-1.5">
        {before}
        <Heading className="min-w-0 flex-1 truncate px-1 font-semibold">{title}</Heading>
        <IconButton
          label={copied ? 'Copied' : 'Copy the content'}
          icon={copied ? Check : Copy}
          onClick={async () => {
            if (!(await copyText(text))) return;
            setCopied(true);
            setTimeout(() => setCopied(false), 2000);
          }}
        />
        <IconButton label="Download" icon={Download} onClick={() => download(artifact, text)} />
        {can_edit && <IconButton label="Share" icon={Share2} onClick={() => setDialog('share')} />}
        {can_edit && (
          <Menu
            label={`Actions for ${title}`}
            items={[
              { label: 'Rename', icon: PencilLine, run: () => setDialog('rename') },
              { label: 'Delete', icon: Trash2, danger: true, run: () => setDialog('delete') },
            ]}
          />
        )}
        {after}
      </header>
      <div className="flex flex-wrap items-center gap-1 border-b border-line px-2 py-1">
        <fieldset className="flex gap-1">
          <legend className="sr-only">View</legend>
          {modes.map(([value, words]) => (
            <button
              key={value}
              type="button"
              aria-pressed={mode === value}
              onClick={() => setMode(value)}
              className={cx(
                'min-h-8 rounded-lg px-2.5 text-[13px]',
                mode === value ? 'bg-accent-soft font-medium text-accent' : 'text-muted hover:bg-sunken',
              )}
            >
              {words}
            </button>
          ))}
        </fieldset>
        <span
          className={cx(
            'min-w-0 flex-1 truncate px-2 text-right text-[13px] text-muted',
            draft && 'max-sm:invisible',
          )}
        >
          {kinds[type].label}
          {language && `, ${language}`}, version {version}
        </span>
        {draft && (
          <>
            <Button size="sm" onClick={() => setDraft(null)}>
              Discard
            </Button>
            <Button
              size="sm"
              tone="primary"
              icon={Save}
              busy={save.isPending}
              disabled={overtaken}
              onClick={() => keep(draft.version)}
            >
              Save
            </Button>
          </>
        )}
      </div>
      {draft && overtaken && (
        <ChangedMeanwhile
          artifact={artifact}
          mine={draft.text}
          busy={save.isPending}
          onKeep={() => keep(version)}
          onTake={() => setDraft(null)}
        />
      )}
      {save.isError && !conflict && (
        <div className="p-3">
          <FormError error={save.error} />
        </div>
      )}
      <div className="min-h-0 flex-1">
        {mode === 'preview' ? (
          <Preview title={title} type={type} content={text} />
        ) : mode === 'edit' ? (
          <Editor
            label={`Content of ${title}`}
            type={type}
            language={language}
            value={text}
            readOnly={!can_edit}
            onChange={(next) => setDraft((now) => ({ text: next, version: now?.version ?? version }))}
            onSave={() => draft && !overtaken && keep(draft.version)}
          />
        ) : (
          <Versions artifact={artifact} />
        )}
      </div>
      {dialog === 'rename' && <RenameArtifactDialog artifact={artifact} onClose={() => setDialog(null)} />}
      {dialog === 'share' && <ShareArtifactDialog artifact={artifact} onClose={() => setDialog(null)} />}
      {dialog === 'delete' && (
        <ConfirmDialog
          title={`Delete ${title}?`}
          confirm="Delete"
          busy={remove.isPending}
          onConfirm={() => {
            dirty.current = false;
            remove.mutate({ artifact_id: id });
          }}
          onClose={() => setDialog(null)}
        >
          Its versions go with it, and its links close.
        </ConfirmDialog>
      )}
      {blocker.status === 'blocked' && (
        <ConfirmDialog
          title="Leave without saving?"
          confirm="Discard changes"
          onConfirm={blocker.proceed}
          onClose={blocker.reset}
        >
          What you changed in “{title}” is not saved.
        </ConfirmDialog>
      )}
    </section>
  );
}

const artifactOf = (search: unknown): unknown => (search as { artifact?: unknown }).artifact;

/** Saves a text as a file of its kind. */
export function download(
  artifact: Pick<CanvasArtifact, 'title' | 'content_type' | 'language'>,
  text: string,
): void {
  const url = URL.createObjectURL(new Blob([text], { type: kinds[artifact.content_type].mime }));
  const link = document.createElement('a');
  link.href = url;
  link.download = fileName(artifact);
  link.click();
  URL.revokeObjectURL(url);
}
