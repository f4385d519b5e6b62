import { useQuery } from '@tanstack/react-query';
import { Plus, Radar } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../../components/button.tsx';
import { ErrorState, SkeletonList } from '../../components/states.tsx';
import { toast } from '../../components/toast.ts';
import { api } from '../../lib/api.ts';
import { plural } from '../../lib/format.ts';
import { useAction } from '../../lib/queries.ts';
import { ProviderCard } from './provider-card.tsx';
import { ProviderDialog, type ProviderDraft } from './provider-dialog.tsx';
import { providersQuery } from './queries.ts';

/** The connections that answer for agents and chats. */
export function ModelsTab() {
  const providers = useQuery(providersQuery);
  const [draft, setDraft] = useState<ProviderDraft | null>(null);
  const discover = useAction(api.settings.discoverProviders, {
    onSuccess: ({ ollama }) => {
      if (!ollama) {
        toast({ text: 'No Ollama is running on this machine.', more: 'Start it, then look again.' });
        return;
      }
      toast({ text: `Ollama found with ${plural(ollama.models.length, 'model')}.` });
      setDraft({ kind: 'ollama', name: 'Ollama', base_url: ollama.base_url, suggestions: ollama.models });
    },
  });
  if (providers.isPending) return <SkeletonList rows={3} height="h-28" />;
  if (providers.isError) return <ErrorState error={providers.error} onRetry={() => providers.refetch()} />;
  const { items } = providers.data;
  return (
    <div className="space-y-4">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <p className="max-w-xl text-muted">
          The default connection answers for agents and chats. Keys are stored encrypted and never shown
          again.
        </p>
        <div className="flex flex-wrap gap-2">
          <Button icon={Radar} busy={discover.isPending} onClick={() => discover.mutate({})}>
            Look for Ollama
          </Button>
          <Button tone="primary" icon={Plus} onClick={() => setDraft({})}>
            Connect a model
          </Button>
        </div>
      </div>
      <ul className="space-y-3">
        {items.map((provider) => (
          <li key={provider.id}>
            <ProviderCard provider={provider} onEdit={(suggestions) => setDraft({ provider, suggestions })} />
          </li>
        ))}
      </ul>
      {draft && <ProviderDialog draft={draft} onClose={() => setDraft(null)} />}
    </div>
  );
}
