import { useQuery } from '@tanstack/react-query';
import { ChevronRight } from 'lucide-react';
import type { ReactNode } from 'react';
import { Badge } from '../../components/badge.tsx';
import { CodeBlock } from '../../components/code-block.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Section } from '../../components/page.tsx';
import { ErrorState, SkeletonList } from '../../components/states.tsx';
import { api } from '../../lib/api.ts';
import { formatTokens, humanize, plural } from '../../lib/format.ts';
import type { Said } from './composer.tsx';

const sources = {
  role: 'Its role',
  project: 'The project',
  rules: 'Your rules',
  settings: 'Your settings',
  skills: 'Your skills',
  memory: 'Your memory',
  persona: 'The persona',
  canvas: 'The canvas',
};
const speakers = { system: 'System', user: 'You', assistant: 'Answer', tool: 'Tool' };

type Preview = Awaited<ReturnType<typeof api.conversations.preview>>;

interface SentDialogProps {
  /** The conversation, or the choices for one that begins with this message. */
  place: { conversation_id: string } | { project_id: string | undefined; is_private: boolean };
  said: Said;
  onClose: () => void;
}

/** Everything the model would be given for what is written now, part by part and as it goes over the wire. */
export function SentDialog({ place, said, onClose }: SentDialogProps) {
  const preview = useQuery({
    queryKey: ['conversations', 'preview', place, said],
    queryFn: ({ signal }) =>
      'conversation_id' in place
        ? api.conversations.preview({ ...place, ...said }, { signal })
        : api.conversations.previewFirst({ ...place, ...said }, { signal }),
    gcTime: 0,
  });
  const subtitle = preview.data
    ? `To ${preview.data.model}: about ${plural(preview.data.tokens, 'token')}`
    : 'What the model is given for the message you are writing.';
  return (
    <Dialog title="What is sent" subtitle={subtitle} onClose={onClose} kind="wide">
      {preview.isPending ? (
        <SkeletonList rows={5} />
      ) : preview.isError ? (
        <ErrorState error={preview.error} onRetry={() => preview.refetch()} />
      ) : (
        <div className="space-y-6">
          <Section title="Instructions">
            <Sourced parts={preview.data.system} />
          </Section>
          <Section title="Conversation">
            {preview.data.left_out > 0 && (
              <p className="text-muted">
                {plural(preview.data.left_out, 'older message')} left out: more than the model may read.
              </p>
            )}
            {preview.data.messages.map(({ role, text, media, tokens }, index) => (
              <Part
                // biome-ignore lint/suspicious/noArrayIndexKey: the list is read once
                key={index}
                from={speakers[role]}
                title={[text.slice(0, 80), ...media].filter(Boolean).join(', ')}
                tokens={tokens}
              >
                {text || 'No text.'}
              </Part>
            ))}
          </Section>
          {preview.data.context.length > 0 && (
            <Section title="Given with the message">
              <Sourced parts={preview.data.context} />
            </Section>
          )}
          <Section title="Tools it may call">
            {preview.data.tools.map(({ name, description, input_schema, tokens }) => (
              <Part key={name} from={humanize(name)} title={description} tokens={tokens}>
                {`${description}\n\n${JSON.stringify(input_schema, null, 2)}`}
              </Part>
            ))}
          </Section>
          <Section title="Parameters">
            <ul className="flex flex-wrap gap-1.5">
              {Object.entries(preview.data.parameters).map(([name, value]) => (
                <li key={name}>
                  <Badge tone="info">
                    {name}: {JSON.stringify(value)}
                  </Badge>
                </li>
              ))}
              {preview.data.unsupported.map((name) => (
                <li key={name}>
                  <Badge>{name}: the model has none, not sent</Badge>
                </li>
              ))}
            </ul>
          </Section>
          <Section title="The request">
            {preview.data.body === null ? (
              <p className="text-muted">
                {preview.data.body_length === null
                  ? 'Nothing leaves this server: the built-in model runs inside it.'
                  : 'It is too large to show here.'}
              </p>
            ) : (
              <CodeBlock label="Body of the request" code={preview.data.body} wrap tall />
            )}
          </Section>
        </div>
      )}
    </Dialog>
  );
}

function Sourced({ parts }: { parts: Preview['system'] }) {
  return parts.map(({ source, title, text, tokens }) => (
    <Part key={`${source} ${title}`} from={sources[source]} title={title} tokens={tokens}>
      {text}
    </Part>
  ));
}

interface PartProps {
  from: string;
  title: string;
  tokens: number;
  children: ReactNode;
}

function Part({ from, title, tokens, children }: PartProps) {
  return (
    <details className="group/part rounded-lg border border-line">
      <summary className="flex cursor-pointer list-none items-center gap-2 rounded-lg px-3 py-2 hover:bg-sunken">
        <ChevronRight aria-hidden className="size-3.5 shrink-0 text-muted group-open/part:rotate-90" />
        <span className="shrink-0 font-medium">{from}</span>
        <span className="min-w-0 flex-1 truncate text-[13px] text-muted">{title}</span>
        <span className="shrink-0 text-[13px] text-muted">{formatTokens(tokens)} tokens</span>
      </summary>
      <div className="border-t border-line p-3 text-[13px] break-words whitespace-pre-wrap">{children}</div>
    </details>
  );
}
