import { CircleAlert, Loader2 } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import type { Said, Shown } from '../../../sandbox/frame.ts';
import { Markdown } from '../../components/markdown.tsx';
import { ScrollRegion } from '../../components/scroll-region.tsx';
import { useIsDark } from '../../lib/theme.ts';
import { kinds } from './kinds.ts';
import type { ContentType } from './queries.ts';

interface PreviewProps {
  title: string;
  type: ContentType;
  content: string;
}

/** What an artifact looks like. Markdown is rendered by this page; what can run, in a frame of its own. */
export function Preview({ title, type, content }: PreviewProps) {
  const dark = useIsDark();
  const { preview } = kinds[type];
  if (preview === null)
    return (
      <ScrollRegion
        label={`Content of ${title}`}
        className="h-full overflow-auto p-4 font-mono text-xs leading-5 break-words whitespace-pre-wrap"
      >
        {content}
      </ScrollRegion>
    );
  if (preview === 'markdown')
    return (
      <ScrollRegion label={`Preview of ${title}`} className="h-full overflow-auto p-4">
        <Markdown text={content} />
      </ScrollRegion>
    );
  // Each content gets a frame of its own: what the last one left behind is gone with its frame.
  return (
    <Frame key={`${preview} ${dark} ${content}`} title={title} kind={preview} content={content} dark={dark} />
  );
}

interface FrameProps {
  title: string;
  kind: 'html' | 'react' | 'mermaid';
  content: string;
  dark: boolean;
}

/**
 * A frame without an origin, a network or this page's cookies (`src/faces/http/sandbox.ts`). What it says of itself
 * is shown as text.
 */
function Frame({ title, kind, content, dark }: FrameProps) {
  const frame = useRef<HTMLIFrameElement>(null);
  const [state, setState] = useState<'loading' | 'shown'>('loading');
  const [faults, setFaults] = useState<string[]>([]);
  useEffect(() => {
    function onMessage({ source, data }: MessageEvent<Said>): void {
      const inside = frame.current?.contentWindow;
      if (!inside || source !== inside || typeof data !== 'object' || data === null) return;
      if (data.type === 'ready') {
        const shown: Shown = { type: 'show', content, dark };
        // An origin of its own has no name that could be given as the target.
        inside.postMessage(shown, '*');
      } else if (data.type === 'shown') setState('shown');
      else if (data.type === 'failed') {
        const message = String(data.message).slice(0, 2_000);
        setState('shown');
        setFaults((now) => (now.includes(message) ? now : [...now.slice(-4), message]));
      }
    }
    addEventListener('message', onMessage);
    return () => removeEventListener('message', onMessage);
  }, [content, dark]);
  return (
    <div className="flex h-full flex-col">
      {faults.length > 0 && (
        <ul
          role="alert"
          aria-label="Errors of the preview"
          className="max-h-40 space-y-1 overflow-y-auto border-b border-line bg-danger-soft px-4 py-2 text-danger"
        >
          {faults.map((message) => (
            <li key={message} className="flex gap-2">
              <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
              <span className="font-mono text-xs leading-5 break-words whitespace-pre-wrap">{message}</span>
            </li>
          ))}
        </ul>
      )}
      {state === 'loading' && (
        <p role="status" className="flex items-center gap-2 p-4 text-muted">
          <Loader2 aria-hidden className="size-4 animate-spin" /> Preparing the preview
        </p>
      )}
      <iframe
        ref={frame}
        title={`Preview of ${title}`}
        sandbox="allow-scripts"
        src={`/sandbox/${kind}`}
        className="min-h-0 w-full flex-1 border-0"
      />
    </div>
  );
}
