import { ChevronRight, ShieldQuestion, Wrench } from 'lucide-react';
import { Badge } from '../../components/badge.tsx';
import { Button } from '../../components/button.tsx';
import { asText, CodeBlock } from '../../components/code-block.tsx';
import { Menu } from '../../components/menu.tsx';
import { api } from '../../lib/api.ts';
import { humanize, plural } from '../../lib/format.ts';
import { useAction } from '../../lib/queries.ts';
import { conversationKeys, conversationQuery, type Message } from './queries.ts';

/** Tool calls that were made for an answer, with what went in and what came out. */
export function ToolCalls({ tools }: { tools: Message[] }) {
  const names = [...new Set(tools.map((tool) => humanize(tool.tool_name ?? 'tool')))];
  const failed = tools.filter((tool) => tool.is_error).length;
  return (
    <details className="group/all rounded-lg border border-line bg-surface">
      <summary className="flex list-none items-center gap-2 rounded-lg px-3 py-1.5 text-[13px] text-muted hover:bg-sunken">
        <ChevronRight aria-hidden className="size-3.5 shrink-0 group-open/all:rotate-90" />
        <Wrench aria-hidden className="size-4 shrink-0" />
        <span className="min-w-0 truncate">
          {plural(tools.length, 'tool call')}: {names.join(', ')}
        </span>
        {failed > 0 && <Badge tone="warn">{failed} without result</Badge>}
      </summary>
      <ul className="space-y-1 border-t border-line p-2">
        {tools.map((tool) => (
          <li key={tool.id}>
            <details className="group/one rounded-lg">
              <summary className="flex list-none items-center gap-2 rounded-lg px-2 py-1 hover:bg-sunken">
                <ChevronRight aria-hidden className="size-3.5 shrink-0 text-muted group-open/one:rotate-90" />
                {humanize(tool.tool_name ?? 'tool')}
              </summary>
              <div className="space-y-2 p-2">
                {tool.is_error && <p className="text-[13px] text-warn">{reasonOf(tool.tool_output)}</p>}
                <CodeBlock wrap label="tool input" code={asText(tool.tool_input)} />
                <CodeBlock wrap label="tool result" code={asText(tool.tool_output ?? tool.content)} />
              </div>
            </details>
          </li>
        ))}
      </ul>
    </details>
  );
}

/** Why a call has no result: that of the error the model was told. */
const reasonOf = (output: unknown): string =>
  typeof output === 'object' && output !== null && 'error' in output ? String(output.error) : 'It failed.';

/** A tool call that waits: what would be done, and the choices. */
export function ApprovalCard({ message }: { message: Message }) {
  const decide = useAction(api.conversations.decide, {
    // A decision that holds is a choice in Tools.
    refresh: [conversationQuery(message.conversation_id).queryKey, conversationKeys.tools],
  });
  if (!message.approval) return null;
  const { id, tool_name, tool_input } = message.approval;
  const name = humanize(tool_name);
  const say = (decision: 'allowed' | 'denied', holds: 'once' | 'conversation' | 'always' = 'once') =>
    decide.mutate({ approval_id: id, decision, holds });
  return (
    <section
      aria-label={`Allow ${name}?`}
      className="space-y-3 rounded-xl border border-warn bg-warn-soft p-3"
    >
      <p className="flex items-center gap-2 font-medium">
        <ShieldQuestion aria-hidden className="size-5 shrink-0 text-warn" />
        <span role="status">The answer waits: may the tool “{name}” run?</span>
      </p>
      <CodeBlock wrap label="what the tool is called with" code={asText(tool_input)} />
      <div className="flex flex-wrap items-center gap-2">
        <Button tone="primary" size="sm" busy={decide.isPending} onClick={() => say('allowed')}>
          Allow once
        </Button>
        <Button size="sm" disabled={decide.isPending} onClick={() => say('denied')}>
          Deny
        </Button>
        <Menu
          label="More choices"
          items={[
            { label: 'Always allow in this chat', run: () => say('allowed', 'conversation') },
            { label: `Always allow ${name}`, run: () => say('allowed', 'always') },
            { label: `Never allow ${name}`, danger: true, run: () => say('denied', 'always') },
          ]}
        />
      </div>
    </section>
  );
}
