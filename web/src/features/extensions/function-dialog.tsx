import { useState } from 'react';
import { Button } from '../../components/button.tsx';
import { Input, Textarea } from '../../components/field.tsx';
import { FormDialog } from '../../components/form-dialog.tsx';
import { api, troubleOf } from '../../lib/api.ts';
import { useAction } from '../../lib/queries.ts';
import { type CustomFunction, functionsQuery } from './queries.ts';

const firstCode = `export default ({ text }: { text: string }) => {
  return text.split(/\\s+/).filter(Boolean).length;
};
`;
const firstParameters = {
  type: 'object',
  properties: { text: { type: 'string', description: 'What to count the words of' } },
  required: ['text'],
};

type Values = Pick<CustomFunction, 'description' | 'parameters' | 'hosts'> & { code: string };

/** Adds a function or edits one, and tries it out. */
export function FunctionDialog({ fn: before, onClose }: { fn?: CustomFunction; onClose: () => void }) {
  const [fn, setFn] = useState(before);
  const [name, setName] = useState(fn?.name ?? '');
  const [description, setDescription] = useState(fn?.description ?? '');
  const [parameters, setParameters] = useState(JSON.stringify(fn?.parameters ?? firstParameters, null, 2));
  const [code, setCode] = useState(fn?.code ?? firstCode);
  const [hosts, setHosts] = useState(fn?.hosts.join(', ') ?? '');
  const [input, setInput] = useState('{"text": "one two three"}');
  const [fault, setFault] = useState<{ field: 'parameters' | 'input'; text: string }>();
  const save = useAction(
    (values: Values) =>
      fn
        ? api.extensions.updateFunction({ id: fn.id, ...values })
        : api.extensions.createFunction({ name, ...values }),
    { refresh: [functionsQuery.queryKey], announceError: false, onSuccess: setFn },
  );
  const run = useAction(api.extensions.runFunction, {
    refresh: [functionsQuery.queryKey],
    announceError: false,
  });
  const fields = troubleOf(save.error).fields;
  function json(field: 'parameters' | 'input', text: string): Record<string, unknown> | undefined {
    try {
      setFault(undefined);
      return JSON.parse(text) as Record<string, unknown>;
    } catch (error) {
      setFault({ field, text: `This is no JSON: ${(error as Error).message}` });
      return undefined;
    }
  }
  async function keep(): Promise<CustomFunction | undefined> {
    const schema = json('parameters', parameters);
    if (!schema) return undefined;
    return save
      .mutateAsync({
        description: description || null,
        parameters: schema,
        code,
        hosts: hosts.split(/[\s,]+/).filter(Boolean),
      })
      .catch(() => undefined);
  }
  async function submit(): Promise<void> {
    if (await keep()) onClose();
  }
  async function tryOut(): Promise<void> {
    const given = json('input', input);
    const kept = given && (await keep());
    if (kept && given) run.mutate({ id: kept.id, input: given });
  }
  return (
    <FormDialog
      kind="wide"
      title={before ? `Edit ${before.name}` : 'Add a function'}
      onClose={onClose}
      submit="Save"
      busy={save.isPending}
      error={save.error ?? run.error}
      onSubmit={() => void submit()}
    >
      <Input
        label="Name"
        required
        disabled={fn !== undefined}
        pattern="[a-zA-Z_][a-zA-Z0-9_]*"
        maxLength={64}
        hint="As the model calls it: letters, digits and _."
        value={name}
        error={fields.name}
        onChange={(event) => setName(event.target.value)}
      />
      <Input
        label="What it is for"
        maxLength={2000}
        hint="The model decides by this when to call it."
        value={description}
        onChange={(event) => setDescription(event.target.value)}
      />
      <Textarea
        label="Arguments (JSON Schema)"
        rows={6}
        className="font-mono text-[13px]"
        value={parameters}
        error={fault?.field === 'parameters' ? fault.text : fields.parameters}
        onChange={(event) => setParameters(event.target.value)}
      />
      <Textarea
        label="Code"
        required
        rows={10}
        className="font-mono text-[13px]"
        hint="A module that exports a default function; what it returns is the result."
        value={code}
        error={fields.code}
        onChange={(event) => setCode(event.target.value)}
      />
      <Input
        label="Hosts it may fetch from"
        placeholder="api.example.org"
        hint="Empty: no network."
        value={hosts}
        error={fields['hosts.0'] ?? fields.hosts}
        onChange={(event) => setHosts(event.target.value)}
      />
      <div className="space-y-2">
        <Textarea
          label="Try it with"
          rows={2}
          className="font-mono text-[13px]"
          value={input}
          error={fault?.field === 'input' ? fault.text : undefined}
          onChange={(event) => setInput(event.target.value)}
        />
        <Button size="sm" busy={run.isPending} onClick={() => void tryOut()}>
          Save and run
        </Button>
        {run.data && (
          <div
            role="status"
            className="rounded-lg bg-sunken p-3 font-mono text-[13px] break-words whitespace-pre-wrap"
          >
            {run.data.console.map((line) => `${line}\n`).join('')}
            {run.data.error ?? JSON.stringify(run.data.value, null, 2)}
            <span className="text-muted">{`\n${run.data.duration_ms} ms`}</span>
          </div>
        )}
      </div>
    </FormDialog>
  );
}
