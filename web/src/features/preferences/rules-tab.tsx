import { useQuery } from '@tanstack/react-query';
import { Pencil, Plus, ScrollText, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { Badge } from '../../components/badge.tsx';
import { Button, IconButton } from '../../components/button.tsx';
import { Switch } from '../../components/field.tsx';
import { EmptyState, ErrorState, SkeletonList } from '../../components/states.tsx';
import { api } from '../../lib/api.ts';
import { useAction } from '../../lib/queries.ts';
import { preferenceKeys, type Rule, rulesQuery } from './queries.ts';
import { RuleDialog } from './rule-dialog.tsx';

interface Place {
  project_id?: string;
  conversation_id?: string;
}

export function RulesTab() {
  return (
    <RuleList
      place={{}}
      about="Rules stand in the prompt of every answer. A project’s rules come before these, a conversation’s before all."
    />
  );
}

/** The rules that hold in a place, in the order of the prompt: the later one wins. */
export function RuleList({ place, about }: { place: Place; about: string }) {
  const rules = useQuery(rulesQuery(place));
  const [editing, setEditing] = useState<Rule | 'new' | null>(null);
  const refresh = { refresh: [preferenceKeys.all] };
  const change = useAction(api.preferences.updateRule, refresh);
  const remove = useAction(api.preferences.deleteRule, {
    ...refresh,
    done: 'Rule deleted. Undo it in Settings, History.',
  });
  const add = (
    <Button tone="primary" icon={Plus} onClick={() => setEditing('new')}>
      Add a rule
    </Button>
  );
  return (
    <div className="space-y-4">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <p className="max-w-xl text-muted">{about}</p>
        {add}
      </div>
      {rules.isPending ? (
        <SkeletonList rows={3} />
      ) : rules.isError ? (
        <ErrorState error={rules.error} onRetry={() => rules.refetch()} />
      ) : rules.data.items.length === 0 ? (
        <EmptyState icon={ScrollText} title="No rules yet">
          Say once how you want answers to be: the language, the length, what never to do.
        </EmptyState>
      ) : (
        <ul className="divide-y divide-line rounded-xl border border-line bg-surface">
          {rules.data.items.map((rule) => (
            <li key={rule.id} className="flex flex-wrap items-start gap-x-4 gap-y-2 px-4 py-3">
              <div className="min-w-0 flex-1 basis-60">
                <p className="flex flex-wrap items-center gap-2 font-medium">
                  {rule.name} <Badge>{rule.rule_type}</Badge>
                  {rule.priority !== 0 && <Badge>priority {rule.priority}</Badge>}
                </p>
                <p className="whitespace-pre-wrap text-muted">{rule.content}</p>
              </div>
              {rule.is_own ? (
                <div className="flex items-center gap-1">
                  <Switch
                    label={`${rule.name} is on`}
                    checked={rule.enabled}
                    onChange={(enabled) => change.mutate({ id: rule.id, enabled })}
                  />
                  <IconButton icon={Pencil} label={`Edit ${rule.name}`} onClick={() => setEditing(rule)} />
                  <IconButton
                    icon={Trash2}
                    label={`Delete ${rule.name}`}
                    onClick={() => remove.mutate({ id: rule.id })}
                  />
                </div>
              ) : (
                <Badge>of a member</Badge>
              )}
            </li>
          ))}
        </ul>
      )}
      {editing && (
        <RuleDialog
          {...(editing === 'new' ? {} : { rule: editing })}
          place={place}
          onClose={() => setEditing(null)}
        />
      )}
    </div>
  );
}
