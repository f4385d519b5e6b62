import { Braces, Code, FileText, Globe, type LucideIcon, Shapes, Table2, Workflow } from 'lucide-react';
import type { ContentType } from './queries.ts';

interface Kind {
  label: string;
  icon: LucideIcon;
  extension: string;
  mime: string;
  /** What shows it: a frame of its own, the page's own Markdown, or nothing but the text. */
  preview: 'html' | 'react' | 'mermaid' | 'markdown' | null;
}

export const kinds: Record<ContentType, Kind> = {
  markdown: {
    label: 'Markdown',
    icon: FileText,
    extension: 'md',
    mime: 'text/markdown',
    preview: 'markdown',
  },
  code: { label: 'Code', icon: Code, extension: 'txt', mime: 'text/plain', preview: null },
  html: { label: 'HTML', icon: Globe, extension: 'html', mime: 'text/html', preview: 'html' },
  react: { label: 'React', icon: Shapes, extension: 'tsx', mime: 'text/plain', preview: 'react' },
  svg: { label: 'SVG', icon: Shapes, extension: 'svg', mime: 'image/svg+xml', preview: 'html' },
  mermaid: { label: 'Mermaid', icon: Workflow, extension: 'mmd', mime: 'text/plain', preview: 'mermaid' },
  json: { label: 'JSON', icon: Braces, extension: 'json', mime: 'application/json', preview: null },
  csv: { label: 'CSV', icon: Table2, extension: 'csv', mime: 'text/csv', preview: null },
};

const extensions: Record<string, string> = {
  javascript: 'js',
  typescript: 'ts',
  python: 'py',
  rust: 'rs',
  ruby: 'rb',
  shell: 'sh',
  bash: 'sh',
  markdown: 'md',
};

/** Name of the file that a download makes. */
export function fileName(artifact: {
  title: string;
  content_type: ContentType;
  language: string | null;
}): string {
  const { title, content_type, language } = artifact;
  const known = (language ?? '').toLowerCase();
  const extension =
    content_type === 'code' && /^[a-z0-9]{1,10}$/.test(known)
      ? (extensions[known] ?? known)
      : kinds[content_type].extension;
  // What file systems refuse.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are among it
  return `${title.replaceAll(/[/\\:*?"<>|\u0000-\u001f]/g, '-')}.${extension}`;
}
