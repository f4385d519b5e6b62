import { type ComponentPropsWithoutRef, useMemo, useRef } from 'react';
import ReactMarkdown, { type Components } from 'react-markdown';
import remarkGfm from 'remark-gfm';
import remarkMath from 'remark-math';
import { withMath } from '../lib/math.ts';
import { CodeBlock } from './code-block.tsx';
import { Formula } from './formula.tsx';
import { ScrollRegion } from './scroll-region.tsx';

interface Node {
  type: string;
  value?: string;
  url?: string;
  children?: Node[];
}

const marker = /\[(\d{1,3})\]/g;
const prefix = '#citation-';

/** Turns markers like [1] in running text into links that `onCitation` answers. Code is left alone. */
function citations(markers: ReadonlySet<number>) {
  const walk = (node: Node): void => {
    if (!node.children || node.type === 'link') return;
    node.children = node.children.flatMap((child) => {
      if (child.type !== 'text' || child.value === undefined) {
        walk(child);
        return [child];
      }
      return split(child.value, markers);
    });
  };
  return () => (tree: Node) => walk(tree);
}

function split(text: string, markers: ReadonlySet<number>): Node[] {
  const parts: Node[] = [];
  let from = 0;
  for (const match of text.matchAll(marker)) {
    if (!markers.has(Number(match[1]))) continue;
    if (match.index > from) parts.push({ type: 'text', value: text.slice(from, match.index) });
    parts.push({ type: 'link', url: `${prefix}${match[1]}`, children: [{ type: 'text', value: match[0] }] });
    from = match.index + match[0].length;
  }
  if (from < text.length || parts.length === 0) parts.push({ type: 'text', value: text.slice(from) });
  return parts;
}

interface MarkdownViewProps {
  text: string;
  onCitation?: (marker: number) => void;
  markers?: readonly number[];
}

export function MarkdownView({ text, onCitation, markers = [] }: MarkdownViewProps) {
  const key = onCitation ? markers.join() : '';
  const plugins = useMemo(
    () => [
      remarkGfm,
      [remarkMath, { singleDollarTextMath: false }] as [typeof remarkMath, { singleDollarTextMath: boolean }],
      citations(new Set(key ? key.split(',').map(Number) : [])),
    ],
    [key],
  );
  // Made once: a new component type would take the focus from a marker each time the text is drawn.
  const latest = useRef(onCitation);
  latest.current = onCitation;
  const components = useMemo(() => componentsFor((number) => latest.current?.(number)), []);
  return (
    <div className="markdown">
      <ReactMarkdown remarkPlugins={plugins} components={components}>
        {withMath(text)}
      </ReactMarkdown>
    </div>
  );
}

function componentsFor(open: (marker: number) => void): Components {
  return {
    a: ({ href, children }) => {
      if (href?.startsWith(prefix)) {
        const number = Number(href.slice(prefix.length));
        return (
          <button
            type="button"
            aria-label={`Open source ${number}`}
            onClick={() => open(number)}
            className="mx-0.5 inline-block rounded bg-accent-soft px-1 text-xs leading-4.5 font-semibold text-accent hover:bg-accent hover:text-on-accent"
          >
            {number}
          </button>
        );
      }
      return (
        <a href={href} target="_blank" rel="noreferrer noopener">
          {children}
        </a>
      );
    },
    // Pictures from elsewhere are not loaded: opening a text must not call anyone.
    img: ({ src, alt }) => (
      <a href={typeof src === 'string' ? src : undefined} target="_blank" rel="noreferrer noopener">
        {alt || 'Picture'}
      </a>
    ),
    table: Scrollable,
    pre: Code,
    code: ({ className, children }) =>
      className?.includes('math-inline') ? <Formula formula={String(children)} /> : <code>{children}</code>,
  };
}

function Scrollable({ children }: ComponentPropsWithoutRef<'table'>) {
  return (
    <ScrollRegion label="Table" className="overflow-x-auto">
      <table>{children}</table>
    </ScrollRegion>
  );
}

/** A block of code with a button that copies it, or a formula on lines of its own. */
function Code({ children }: ComponentPropsWithoutRef<'pre'>) {
  const inner = (children as { props?: { className?: string; children?: unknown } } | undefined)?.props;
  const language = /language-(\S+)/.exec(inner?.className ?? '')?.[1];
  const text = String(inner?.children ?? '').replace(/\n$/, '');
  if (language === 'math') return <Formula formula={text} block />;
  return <CodeBlock label={language ? `${language} code` : 'code'} code={text} language={language} />;
}
