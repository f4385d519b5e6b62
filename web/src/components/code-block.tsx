import { Check, Copy } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { copyText } from '../lib/clipboard.ts';
import { whenReachable } from '../lib/connection.ts';
import { IconButton } from './button.tsx';
import { cx } from './cx.ts';
import { ScrollRegion } from './scroll-region.tsx';

const HighlightedCode = lazy(async () => ({
  default: (await whenReachable(() => import('./highlighted-code.tsx'))).HighlightedCode,
}));

/** Characters that are coloured at most: a longer text is drawn at once without. */
const mostColoured = 50_000;

interface CodeBlockProps {
  /** What it is, for assistive technology. */
  label: string;
  code: string;
  /** What it is written in, by the names that fences have: its words are coloured. */
  language?: string | undefined;
  wrap?: boolean;
  tall?: boolean;
}

/** Text as it is, with a button that copies it. */
export function CodeBlock({ label, code, language, wrap, tall }: CodeBlockProps) {
  const [copied, setCopied] = useState(false);
  async function copy(): Promise<void> {
    if (!(await copyText(code))) return;
    setCopied(true);
    setTimeout(() => setCopied(false), 2000);
  }
  return (
    <div className="relative rounded-lg border border-line bg-sunken">
      <ScrollRegion
        label={label}
        className={cx(
          'overflow-auto rounded-lg py-2.5 pr-11 pl-3 font-mono text-xs leading-5',
          wrap ? 'break-words whitespace-pre-wrap' : 'whitespace-pre',
          !tall && 'max-h-80',
        )}
      >
        {language && code.length <= mostColoured ? (
          <Suspense fallback={code}>
            <HighlightedCode code={code} language={language} />
          </Suspense>
        ) : (
          code
        )}
      </ScrollRegion>
      <IconButton
        label={copied ? 'Copied' : `Copy ${label}`}
        icon={copied ? Check : Copy}
        onClick={() => void copy()}
        className="absolute top-0.5 right-0.5"
      />
    </div>
  );
}

/** Any value as readable text: strings as they are, the rest as JSON. */
export const asText = (value: unknown): string =>
  typeof value === 'string' ? value : (JSON.stringify(value, null, 2) ?? '');
