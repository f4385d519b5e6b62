import { useMutation } from '@tanstack/react-query';
import { Check, Copy, Download } from 'lucide-react';
import { useEffect, useState } from 'react';
import { Button } from '../../components/button.tsx';
import { CodeBlock } from '../../components/code-block.tsx';
import { Logo } from '../../components/logo.tsx';
import { useTitle } from '../../components/page.tsx';
import { ErrorState, SkeletonList } from '../../components/states.tsx';
import { api } from '../../lib/api.ts';
import { copyText } from '../../lib/clipboard.ts';
import { download } from './artifact-view.tsx';
import { kinds } from './kinds.ts';
import { Preview } from './preview.tsx';

/** What a link shows, without an account. The token is in the address's fragment, which no server and no log sees. */
export function SharedArtifactPage() {
  const [token] = useState(() => location.hash.slice(1));
  const [copied, setCopied] = useState(false);
  const [asText, setAsText] = useState(false);
  const open = useMutation({ mutationFn: () => api.canvas.openShare({ token: token || '-' }) });
  const { mutate, data: artifact } = open;
  useEffect(() => mutate(), [mutate]);
  useTitle(artifact?.title ?? 'Shared artifact');
  return (
    <div className="flex h-dvh flex-col">
      <header className="flex flex-wrap items-center gap-2.5 border-b border-line px-4 py-3">
        <Logo className="size-6" />
        <h1 className="min-w-0 flex-1 truncate text-lg font-semibold">
          {artifact?.title ?? 'Shared artifact'}
        </h1>
        {artifact && (
          <>
            {kinds[artifact.content_type].preview && (
              <Button size="sm" aria-pressed={asText} onClick={() => setAsText(!asText)}>
                {asText ? 'Show the preview' : 'Show the text'}
              </Button>
            )}
            <Button
              size="sm"
              icon={copied ? Check : Copy}
              onClick={async () => setCopied(await copyText(artifact.content))}
            >
              {copied ? 'Copied' : 'Copy'}
            </Button>
            <Button size="sm" icon={Download} onClick={() => download(artifact, artifact.content)}>
              Download
            </Button>
          </>
        )}
        <span className="text-[13px] text-muted">Read only</span>
      </header>
      <main className="min-h-0 flex-1">
        {open.isError ? (
          <div className="mx-auto max-w-3xl p-4">
            <ErrorState error={open.error} onRetry={() => mutate()} />
          </div>
        ) : !artifact ? (
          <div className="mx-auto max-w-3xl p-4">
            <SkeletonList rows={5} />
          </div>
        ) : asText ? (
          <div className="h-full overflow-auto p-4">
            <CodeBlock wrap tall label={`text of ${artifact.title}`} code={artifact.content} />
          </div>
        ) : (
          <Preview title={artifact.title} type={artifact.content_type} content={artifact.content} />
        )}
      </main>
    </div>
  );
}
