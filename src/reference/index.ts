import type { Database } from '../database/index.ts';
import { readCatalog, type SchemaFile, type Table } from './catalog.ts';

/**
 * The reference of the database as Markdown pages, read from the catalog: one page for each schema file (its prose, an
 * entity diagram in Mermaid, every table and column, views and functions), the access page, and an index. Keys are paths
 * from the root of the repository.
 */
export async function generateReference(database: Database): Promise<Map<string, string>> {
  const files = await readCatalog(database);
  const pages = new Map<string, string>();
  const described = files.filter(({ tables, functions }) => tables.length + functions.length > 0);
  for (const file of described) pages.set(`docs/reference/${pageName(file.file)}`, page(file));
  pages.set('docs/reference/access.md', accessPage(described));
  pages.set('docs/reference/README.md', indexPage(described));
  return pages;
}

const notice = '<!-- Generated from the catalog by `npm run generate`. Do not edit. -->';
const pageName = (file: string): string => file.replace('.sql', '.md');
const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
/** Mermaid takes words only. */
const word = (text: string): string => text.replaceAll(/[^a-zA-Z0-9_]/g, '_');

function page(file: SchemaFile): string {
  const title = file.prose.split(/[:.]/)[0] ?? file.file;
  const parts = [notice, `# ${title} (\`${file.file}\`)`, file.prose];
  if (file.tables.length > 0)
    parts.push('## Diagram', diagram(file.tables), '## Tables', ...file.tables.map(tableText));
  if (file.views.length > 0)
    parts.push(
      '## Views',
      file.views.map(({ name, comment }) => `- \`${name}\`: ${comment ?? ''}`).join('\n'),
    );
  if (file.functions.length > 0)
    parts.push(
      '## Functions',
      file.functions
        .map(
          ({ signature, result, comment, roles }) =>
            `- \`${signature}\` returns \`${result}\`; for ${roles}.${comment === null ? '' : ` ${comment}`}`,
        )
        .join('\n'),
    );
  return `${parts.join('\n\n')}\n`;
}

function diagram(tables: Table[]): string {
  const names = new Set(tables.map(({ name }) => name));
  const boxes = tables.map(({ name, columns }) => {
    const shown = columns.filter(
      ({ name: column }) => column === 'id' || column.endsWith('_id') || column === 'status',
    );
    return `  ${name} {\n${shown.map((column) => `    ${word(column.type)} ${column.name}`).join('\n')}\n  }`;
  });
  const lines = tables.flatMap(({ name, references }) =>
    references
      .filter(({ target }) => names.has(target) || !target.startsWith('auth.'))
      .map(
        ({ columns, target, on_delete }) => `  ${word(target)} ||--o{ ${name} : "${columns} (${on_delete})"`,
      ),
  );
  return `\`\`\`mermaid\nerDiagram\n${[...boxes, ...lines].join('\n')}\n\`\`\``;
}

function tableText({ name, comment, access, columns }: Table): string {
  const rows = columns.map(
    (column) =>
      `| \`${column.name}\` | ${cell(column.type)}${column.nullable ? '' : ', not null'} | ${
        column.default === null ? '' : `\`${cell(column.default).slice(0, 80)}\``
      } | ${cell(column.comment ?? '')} |`,
  );
  return [
    `### ${name}`,
    comment ?? '',
    `Access: ${access}`,
    ['| column | type | default | meaning |', '|---|---|---|---|', ...rows].join('\n'),
  ].join('\n\n');
}

function accessPage(files: SchemaFile[]): string {
  const rows = files.flatMap(({ file, tables }) =>
    tables.map(({ name, access }) => `| [\`${name}\`](${pageName(file)}#${name}) | ${cell(access)} |`),
  );
  return `${[
    notice,
    '# Who may read and write what',
    'Row-level security is enabled and forced on every table. These are the declarations it is made from; administrators ' +
      'read everything user-facing except what Google holds of a person, and an agent acts as its person, never as an administrator.',
    ['| table | rule |', '|---|---|', ...rows].join('\n'),
  ].join('\n\n')}\n`;
}

function indexPage(files: SchemaFile[]): string {
  const count = (of: (file: SchemaFile) => number): number => files.reduce((sum, file) => sum + of(file), 0);
  const rows = files.map(
    ({ file, prose, tables, functions }) =>
      `| [\`${file}\`](${pageName(file)}) | ${cell(prose.split('\n')[0] ?? '')} | ${tables.length} | ${functions.length} |`,
  );
  return `${[
    notice,
    '# The database',
    `${count(({ tables }) => tables.length)} tables, ${count(({ views }) => views.length)} views, ` +
      `${count(({ functions }) => functions.length)} functions. [Who may read and write what](access.md). ` +
      'How the files are written: [schemas/README.md](../../schemas/README.md).',
    ['| file | what | tables | functions |', '|---|---|---|---|', ...rows].join('\n'),
  ].join('\n\n')}\n`;
}
