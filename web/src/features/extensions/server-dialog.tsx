import { useState } from 'react';
import { Input, Select, Textarea } from '../../components/field.tsx';
import { FormDialog } from '../../components/form-dialog.tsx';
import { api, troubleOf } from '../../lib/api.ts';
import { useAction } from '../../lib/queries.ts';
import { serversQuery } from './queries.ts';

const transports = [
  { value: 'http', label: 'HTTP' },
  { value: 'sse', label: 'HTTP with server-sent events (older servers)' },
  { value: 'stdio', label: 'A command on the server’s machine' },
] as const;

/** `NAME: value` or `NAME=value`, one a line. */
function secretsOf(text: string): Record<string, string> {
  return Object.fromEntries(
    text.split('\n').flatMap((line) => {
      const [, name, value] = /^\s*([A-Za-z0-9_-]+)\s*[:=]\s*(.*?)\s*$/.exec(line) ?? [];
      return name && value ? [[name, value]] : [];
    }),
  );
}

/** Adds an MCP server and connects to it. */
export function ServerDialog({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState('');
  const [transport, setTransport] = useState<(typeof transports)[number]['value']>('http');
  const [address, setAddress] = useState('');
  const [secrets, setSecrets] = useState('');
  const add = useAction(
    async () => {
      const [command = '', ...args] = address.trim().split(/\s+/);
      const server = await api.extensions.createServer({
        server_id: name
          .toLowerCase()
          .replace(/[^a-z0-9_-]+/g, '-')
          .replace(/^[-_]+/, '')
          .slice(0, 40),
        server_name: name,
        transport,
        ...(transport === 'stdio' ? { command, args } : { url: address.trim() }),
        secrets: secretsOf(secrets),
      });
      return api.extensions.connectServer({ id: server.id });
    },
    { refresh: [serversQuery.queryKey], announceError: false, onSuccess: onClose },
  );
  const fields = troubleOf(add.error).fields;
  function submit(): void {
    add.mutate();
  }
  return (
    <FormDialog
      title="Add an MCP server"
      onClose={onClose}
      submit="Add and connect"
      busy={add.isPending}
      error={add.error}
      onSubmit={submit}
    >
      <Input
        label="Name"
        required
        maxLength={100}
        value={name}
        error={fields.server_name ?? fields.server_id}
        onChange={(event) => setName(event.target.value)}
      />
      <Select
        label="Reached by"
        value={transport}
        onChange={(event) =>
          setTransport(transports.find(({ value }) => value === event.target.value)?.value ?? 'http')
        }
      >
        {transports.map(({ value, label }) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </Select>
      <Input
        label={transport === 'stdio' ? 'Command with its arguments' : 'Address'}
        required
        placeholder={transport === 'stdio' ? 'npx -y @scope/server' : 'https://example.org/mcp'}
        hint={transport === 'stdio' ? 'Only commands that an administrator allows.' : undefined}
        value={address}
        error={fields.url ?? fields.command}
        onChange={(event) => setAddress(event.target.value)}
      />
      <Textarea
        label={transport === 'stdio' ? 'Environment variables' : 'Headers'}
        rows={2}
        placeholder={transport === 'stdio' ? 'API_KEY=…' : 'Authorization: Bearer …'}
        hint="One a line. Stored encrypted and never shown again."
        value={secrets}
        onChange={(event) => setSecrets(event.target.value)}
      />
    </FormDialog>
  );
}
