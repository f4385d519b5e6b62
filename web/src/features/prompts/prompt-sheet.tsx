import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { CopyPlus, History, MessageSquare, PencilLine, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { Ago } from '../../components/ago.tsx';
import { Button } from '../../components/button.tsx';
import { CodeBlock } from '../../components/code-block.tsx';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { LoadMore } from '../../components/load-more.tsx';
import { Section } from '../../components/page.tsx';
import { ErrorState, SkeletonList } from '../../components/states.tsx';
import { api } from '../../lib/api.ts';
import { useAction } from '../../lib/queries.ts';
import { Editor } from '../canvas/editor.tsx';
import { keepDraft, keepDraftFiles } from '../conversations/drafts.ts';
import { FillDialog } from './fill-dialog.tsx';
import { PromptForm } from './prompt-form.tsx';
import { type Prompt, promptKeys, promptQuery, promptVersionsQuery } from './queries.ts';

/** One prompt: its text, what can be done with it, and every version. */
export function PromptSheet({ id, onClose }: { id: string; onClose: () => void }) {
  const query = useQuery(promptQuery(id));
  return (
    <Dialog
      kind="sheet"
      title={query.data?.title ?? 'Prompt'}
      subtitle={query.data?.description}
      onClose={onClose}
    >
      {query.isPending ? (
        <SkeletonList rows={4} />
      ) : query.isError ? (
        <ErrorState error={query.error} onRetry={() => query.refetch()} />
      ) : (
        <Opened prompt={query.data} onClose={onClose} />
      )}
    </Dialog>
  );
}

function Opened({ prompt, onClose }: { prompt: Prompt; onClose: () => void }) {
  const navigate = useNavigate();
  const [open, setOpen] = useState<'edit' | 'copy' | 'fill' | 'delete' | null>(null);
  const { id, title, content, can_edit } = prompt;
  const note = useAction(api.prompts.use, { refresh: [promptKeys.all], announceError: false });
  const remove = useAction(api.prompts.delete, {
    refresh: [promptKeys.all],
    done: 'Prompt deleted.',
    onSuccess: onClose,
  });
  function begin(text: string): void {
    note.mutate({ prompt_id: id });
    keepDraft('new', text);
    keepDraftFiles('new', prompt.files);
    void navigate({ to: '/chat/new' });
  }
  const close = () => setOpen(null);
  return (
    <div className="space-y-6">
      <CodeBlock wrap label="prompt" code={content} />
      {prompt.files.length > 0 && (
        <p className="text-[13px] text-muted">
          Goes along: {prompt.files.map(({ file_name }) => file_name).join(', ')}
        </p>
      )}
      <div className="flex flex-wrap gap-2">
        <Button
          tone="primary"
          icon={MessageSquare}
          onClick={() => (prompt.variables.length > 0 ? setOpen('fill') : begin(content))}
        >
          Use in a new chat
        </Button>
        {can_edit && (
          <Button icon={PencilLine} onClick={() => setOpen('edit')}>
            Edit
          </Button>
        )}
        <Button icon={CopyPlus} onClick={() => setOpen('copy')}>
          Make a copy
        </Button>
        {can_edit && (
          <Button icon={Trash2} onClick={() => setOpen('delete')}>
            Delete
          </Button>
        )}
      </div>
      <Versions prompt={prompt} />
      {open === 'edit' && <PromptForm prompt={prompt} onClose={close} />}
      {open === 'copy' && <PromptForm from={prompt} onClose={close} />}
      {open === 'fill' && <FillDialog prompt={prompt} onFilled={begin} onClose={close} />}
      {open === 'delete' && (
        <ConfirmDialog
          title={`Delete ${title}?`}
          confirm="Delete"
          busy={remove.isPending}
          onConfirm={() => remove.mutate({ prompt_id: id })}
          onClose={close}
        >
          Its versions go with it.
        </ConfirmDialog>
      )}
    </div>
  );
}

function Versions({ prompt }: { prompt: Prompt }) {
  const versions = useInfiniteQuery(promptVersionsQuery(prompt.id));
  const [chosen, setChosen] = useState<number | null>(null);
  const restore = useAction(api.prompts.restore, {
    refresh: [promptKeys.all],
    done: ({ version }) => `It is back, as version ${version}.`,
  });
  return (
    <Section title="Versions">
      {versions.isPending ? (
        <SkeletonList rows={2} height="h-10" />
      ) : versions.isError ? (
        <ErrorState error={versions.error} onRetry={() => versions.refetch()} />
      ) : (
        <ul aria-label="Versions" className="divide-y divide-line rounded-xl border border-line">
          {versions.data.pages
            .flatMap((page) => page.items)
            .map((item) => (
              <li key={item.version}>
                <button
                  type="button"
                  aria-expanded={chosen === item.version}
                  onClick={() => setChosen(chosen === item.version ? null : item.version)}
                  className="flex w-full justify-between gap-2 px-4 py-2 text-left hover:bg-sunken"
                >
                  <span>
                    Version {item.version}
                    {item.version === prompt.version && <span className="text-muted"> (now)</span>}
                  </span>
                  <span className="text-[13px] text-muted">
                    <Ago at={item.created_at} />
                  </span>
                </button>
                {chosen === item.version && (
                  <div className="space-y-2 px-4 pb-3">
                    <div className="max-h-72 overflow-auto rounded-lg border border-line">
                      <Editor
                        label={`Version ${item.version} against now`}
                        type="markdown"
                        language={null}
                        value={prompt.content}
                        {...(item.version === prompt.version ? { readOnly: true } : { before: item.content })}
                      />
                    </div>
                    {item.version !== prompt.version && prompt.can_edit && (
                      <Button
                        size="sm"
                        icon={History}
                        busy={restore.isPending}
                        onClick={() =>
                          restore.mutate({ prompt_id: prompt.id, version: String(item.version) })
                        }
                      >
                        Restore version {item.version}
                      </Button>
                    )}
                  </div>
                )}
              </li>
            ))}
        </ul>
      )}
      <LoadMore query={versions} />
    </Section>
  );
}
