import { useQuery } from '@tanstack/react-query';
import { Plug, Plus, RefreshCw, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { Ago } from '../../components/ago.tsx';
import { Badge, type Tone } from '../../components/badge.tsx';
import { Button, IconButton } from '../../components/button.tsx';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { Checkbox, Switch } from '../../components/field.tsx';
import { Card } from '../../components/page.tsx';
import { EmptyState, ErrorState, SkeletonList } from '../../components/states.tsx';
import { api } from '../../lib/api.ts';
import { plural } from '../../lib/format.ts';
import { useAction } from '../../lib/queries.ts';
import { type McpServer, serversQuery } from './queries.ts';
import { ServerDialog } from './server-dialog.tsx';

const tones: Record<McpServer['health_status'], Tone> = {
  healthy: 'ok',
  degraded: 'warn',
  unhealthy: 'danger',
  unknown: 'neutral',
};

/** MCP servers with the health that was measured when they were last used. */
export function ServersTab() {
  const servers = useQuery(serversQuery);
  const [adding, setAdding] = useState(false);
  return (
    <div className="space-y-4">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <p className="max-w-xl text-muted">
          Tools of MCP servers are offered to the model in your chats. You are asked before one is used,
          unless you allow it for good.
        </p>
        <Button tone="primary" icon={Plus} onClick={() => setAdding(true)}>
          Add a server
        </Button>
      </div>
      {servers.isPending ? (
        <SkeletonList rows={2} height="h-28" />
      ) : servers.isError ? (
        <ErrorState error={servers.error} onRetry={() => servers.refetch()} />
      ) : servers.data.items.length === 0 ? (
        <EmptyState icon={Plug} title="No servers yet">
          Add one by its address, connect it, and its tools can be used in every chat.
        </EmptyState>
      ) : (
        <ul className="space-y-3">
          {servers.data.items.map((server) => (
            <li key={server.id}>
              <ServerCard server={server} />
            </li>
          ))}
        </ul>
      )}
      {adding && <ServerDialog onClose={() => setAdding(false)} />}
    </div>
  );
}

function ServerCard({ server }: { server: McpServer }) {
  const [deleting, setDeleting] = useState(false);
  const refresh = { refresh: [serversQuery.queryKey] };
  const connect = useAction(api.extensions.connectServer, refresh);
  const signIn = useAction(api.extensions.connectServer, {
    ...refresh,
    onSuccess: ({ authorization_url }) => {
      if (authorization_url) location.assign(authorization_url);
    },
  });
  const update = useAction(api.extensions.updateServer, refresh);
  const remove = useAction(api.extensions.deleteServer, { ...refresh, done: 'Server removed.' });
  return (
    <Card className="space-y-3 p-4">
      <div className="flex items-start justify-between gap-3">
        <div className="min-w-0">
          <h2 className="flex flex-wrap items-center gap-2 font-semibold">
            {server.server_name}
            <Badge tone={tones[server.health_status]}>{server.health_status}</Badge>
          </h2>
          <p className="truncate text-[13px] text-muted">
            {server.url ?? [server.command, ...server.args].join(' ')}
            {server.secret_names.length > 0 && `, ${server.secret_names.join(', ')} stored`}
          </p>
        </div>
        <Switch
          label={`Use ${server.server_name}`}
          checked={server.enabled}
          onChange={(enabled) => update.mutate({ id: server.id, enabled })}
        />
      </div>
      {server.health_message && (
        <p className="text-[13px] break-words">
          {server.health_message}{' '}
          {server.last_health_check && (
            <span className="text-muted">
              <Ago at={server.last_health_check} />
              {server.latency_ms !== null && `, ${server.latency_ms} ms`}
            </span>
          )}
        </p>
      )}
      {server.tools.length > 0 && (
        <details>
          <summary className="cursor-pointer text-[13px] font-medium">
            {plural(server.tools.length, 'tool')}
          </summary>
          <ul className="mt-2 space-y-2">
            {server.tools.map((tool) => (
              <li key={tool.name}>
                <Checkbox
                  label={<code>{tool.name}</code>}
                  hint={tool.description}
                  checked={tool.enabled}
                  onChange={(event) =>
                    update.mutate({ id: server.id, tools: { [tool.name]: event.target.checked } })
                  }
                />
              </li>
            ))}
          </ul>
        </details>
      )}
      <div className="flex flex-wrap items-center gap-2">
        <Button
          size="sm"
          icon={RefreshCw}
          busy={connect.isPending}
          onClick={() => connect.mutate({ id: server.id })}
        >
          {server.last_health_check ? 'Connect again' : 'Connect'}
        </Button>
        {server.health_status === 'degraded' && (
          <Button
            size="sm"
            tone="primary"
            busy={signIn.isPending}
            onClick={() => signIn.mutate({ id: server.id })}
          >
            Sign in
          </Button>
        )}
        <IconButton icon={Trash2} label={`Remove ${server.server_name}`} onClick={() => setDeleting(true)} />
      </div>
      {deleting && (
        <ConfirmDialog
          title={`Remove “${server.server_name}”?`}
          confirm="Remove server"
          busy={remove.isPending}
          onConfirm={() => remove.mutate({ id: server.id })}
          onClose={() => setDeleting(false)}
        >
          Its keys and sign-in are deleted with it and cannot be brought back.
        </ConfirmDialog>
      )}
    </Card>
  );
}
