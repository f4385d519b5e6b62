import { inputSchema, type Operation, type Registry } from '../../operations/index.ts';

const escapeHtml = (text: string): string =>
  text.replace(
    /[&<>"]/g,
    (char) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[char] ?? char,
  );

const style = `
:root { color-scheme: light dark; }
body { font: 15px/1.6 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
code, pre { font: 13px/1.5 ui-monospace, monospace; }
h2 { margin-top: 2.5rem; text-transform: capitalize; }
details { border: 1px solid color-mix(in srgb, currentColor 20%, transparent); border-radius: 6px; margin: .5rem 0; padding: .5rem .75rem; }
summary { cursor: pointer; }
.method { display: inline-block; min-width: 4rem; font-weight: 600; }
pre { overflow-x: auto; padding: .75rem; border-radius: 6px; background: color-mix(in srgb, currentColor 8%, transparent); }
`;

/** A page that lists every operation with its input, made from the registry: no script, no outside resource. */
export function docsPage(registry: Registry, version: string): string {
  const groups = new Map<string, Operation[]>();
  for (const operation of registry.all()) {
    const domain = operation.id.split('.')[0] ?? '';
    groups.set(domain, [...(groups.get(domain) ?? []), operation]);
  }
  const body = [...groups]
    .map(
      ([domain, operations]) =>
        `<h2 id="${escapeHtml(domain)}">${escapeHtml(domain)}</h2>${operations.map(describe).join('')}`,
    )
    .join('');
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Meta Agent API ${escapeHtml(version)}</title><style>${style}</style>
<main><h1>Meta Agent API</h1>
<p>Version ${escapeHtml(version)}. Send an API key from Settings as <code>Authorization: Bearer …</code>.
Errors are <a href="https://www.rfc-editor.org/rfc/rfc9457">RFC 9457</a> problem details with a <code>fix</code>.
The same description for programs: <a href="/openapi.json">openapi.json</a>. Assistants connect to <code>/mcp</code>.</p>
${body}</main></html>`;
}

function describe(operation: Operation): string {
  const schema = JSON.stringify(inputSchema(operation), null, 2);
  return `<details id="${escapeHtml(operation.id)}"><summary><span class="method">${operation.method}</span>
<code>/api${escapeHtml(operation.path)}</code> — ${escapeHtml(operation.summary)}</summary>
${operation.description ? `<p>${escapeHtml(operation.description)}</p>` : ''}
<p>Scope <code>${operation.scope}</code>${operation.flow ? ', streams events' : ''}. Command <code>meta-agent call ${escapeHtml(operation.id)}</code>.</p>
<pre>${escapeHtml(schema)}</pre></details>`;
}
