import MarkdownIt from 'markdown-it';

/** A conversation as it is written out. */
export interface ExportedConversation {
  id: string;
  title: string;
  created_at: Date;
  messages: ExportedMessage[];
}

export interface ExportedMessage {
  id: string;
  parent_message_id: string | null;
  role: 'user' | 'assistant' | 'tool' | 'system';
  content: string;
  status: string;
  /** On the branch that is shown; only JSON holds the others. */
  is_shown: boolean;
  is_step: boolean;
  model_used: string | null;
  tool_name: string | null;
  tool_input: unknown;
  tool_output: unknown;
  citations: { marker: number; quote: string; file_name: string }[];
  attachments: { file_name: string; file_type: string; file_size: number | null }[];
  input_tokens: number;
  output_tokens: number;
  cost: number;
  user_rating: number | null;
  user_feedback: string | null;
  created_at: Date;
}

export const exportFormats = ['markdown', 'json', 'html', 'pdf', 'text'] as const;
export type ExportFormat = (typeof exportFormats)[number];

export const endings: Record<ExportFormat, { ending: string; type: string }> = {
  markdown: { ending: 'md', type: 'text/markdown; charset=utf-8' },
  json: { ending: 'json', type: 'application/json; charset=utf-8' },
  html: { ending: 'html', type: 'text/html; charset=utf-8' },
  pdf: { ending: 'pdf', type: 'application/pdf' },
  text: { ending: 'txt', type: 'text/plain; charset=utf-8' },
};

export const speaker = (message: ExportedMessage): string => (message.role === 'user' ? 'You' : 'Answer');
export const said = (messages: ExportedMessage[]): ExportedMessage[] =>
  messages.filter((message) => message.is_shown && !message.is_step && message.role !== 'system');
export const timeOf = (date: Date): string => date.toISOString().slice(0, 16).replace('T', ' ');

/** What goes with a message under its text: files and sources. */
export const notesOf = ({ attachments, citations }: ExportedMessage): string[] => [
  ...attachments.map((file) => `Attached: ${file.file_name}`),
  ...citations.map(({ marker, quote, file_name }) => `[${marker}] “${quote}”, ${file_name}`),
];

/** Everything, with every branch and step. */
export const toJson = (conversation: ExportedConversation): string =>
  `${JSON.stringify({ format: 'meta-agent/conversation', version: 1, ...conversation }, null, 2)}\n`;

export function toMarkdown({ title, created_at, messages }: ExportedConversation): string {
  const parts = said(messages).map((message) =>
    [
      `## ${speaker(message)}`,
      message.content,
      notesOf(message)
        .map((note) => `> ${note}`)
        .join('\n'),
    ]
      .filter(Boolean)
      .join('\n\n'),
  );
  return `${[`# ${title}`, `*${timeOf(created_at)} UTC*`, ...parts].join('\n\n')}\n`;
}

export function toText({ title, created_at, messages }: ExportedConversation): string {
  const parts = said(messages).map((message) =>
    [`${speaker(message)}, ${timeOf(message.created_at)} UTC`, message.content, ...notesOf(message)]
      .filter(Boolean)
      .join('\n'),
  );
  return `${[title, `${timeOf(created_at)} UTC`, ...parts].join('\n\n')}\n`;
}

/** Raw HTML in a message is shown as text, and pictures as links: opening the page runs nothing and calls nobody. */
export const markdown = new MarkdownIt({ html: false, linkify: false });
markdown.disable('image');

export function toHtml({ title, created_at, messages }: ExportedConversation): string {
  const plain = markdown.utils.escapeHtml;
  const parts = said(messages).map(
    (message) => `<article class="${message.role}">
<h2>${speaker(message)}</h2>
${markdown.render(message.content)}
${notesOf(message)
  .map((note) => `<p class="note">${plain(note)}</p>`)
  .join('\n')}
</article>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="content-security-policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${plain(title)}</title>
<style>
:root { color-scheme: light dark; }
body { font: 16px/1.6 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; }
article { margin: 2rem 0; overflow-wrap: break-word; }
.user { border-left: 3px solid; padding-left: 1rem; }
h2 { font-size: 0.9rem; opacity: 0.7; }
pre { overflow-x: auto; padding: 0.75rem; background: color-mix(in srgb, currentColor 8%, transparent); }
table { border-collapse: collapse; } td, th { border: 1px solid; padding: 0.25rem 0.5rem; }
.note { font-size: 0.85rem; opacity: 0.8; }
</style>
</head>
<body>
<h1>${plain(title)}</h1>
<p class="note">${timeOf(created_at)} UTC</p>
${parts.join('\n')}
</body>
</html>
`;
}
