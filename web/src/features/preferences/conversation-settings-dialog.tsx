import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Select } from '../../components/field.tsx';
import { Section } from '../../components/page.tsx';
import { ErrorState, SkeletonList } from '../../components/states.tsx';
import { api } from '../../lib/api.ts';
import { useAction } from '../../lib/queries.ts';
import { fieldGroups } from './fields.ts';
import { ParameterControl } from './parameter-control.tsx';
import {
  type ConversationSettings,
  conversationSettingsQuery,
  effectiveQuery,
  type Preset,
  preferenceKeys,
  presetsQuery,
} from './queries.ts';
import { RuleList } from './rules-tab.tsx';

/** Decided when a file is read, which belongs to no conversation. */
const ofFiles = new Set(['chunk_size', 'chunk_overlap']);

/** What a preset sets. */
const partsOf = ({ model_parameters, reasoning_config, search_config, rag_config }: Preset) => ({
  model_parameters,
  reasoning_config,
  search_config,
  rag_config,
});

/** Parameters and rules of one conversation, laid over the person's own. */
export function ConversationSettingsDialog({ id, onClose }: { id: string; onClose: () => void }) {
  const own = useQuery(conversationSettingsQuery(id));
  const effective = useQuery(effectiveQuery(id));
  const presets = useQuery(presetsQuery);
  const client = useQueryClient();
  const save = useAction(api.preferences.setConversation, {
    refresh: [preferenceKeys.all],
    serial: `settings of ${id}`,
    onSuccess: (stored) => client.setQueryData(conversationSettingsQuery(id).queryKey, stored),
  });
  // All is sent each time, so a change builds on the one before it, arrived or not; a refused one is forgotten.
  const latest = useRef(own.data);
  useEffect(() => {
    if (!save.isPending) latest.current = own.data;
  }, [own.data, save.isPending]);
  function change(settings: ConversationSettings): void {
    latest.current = settings;
    save.mutate({ ...settings, conversation_id: id });
  }
  const failed = own.error ?? effective.error;
  return (
    <Dialog
      kind="sheet"
      title="Settings of this chat"
      subtitle="What is set here holds in this chat alone."
      onClose={onClose}
      footer={
        <>
          <Button busy={save.isPending} onClick={() => change({})}>
            Use my settings again
          </Button>
          <Button tone="primary" onClick={onClose}>
            Done
          </Button>
        </>
      }
    >
      {failed ? (
        <ErrorState error={failed} />
      ) : !own.data || !effective.data ? (
        <SkeletonList rows={5} />
      ) : (
        <div className="space-y-6">
          <Select
            label="Preset"
            hint="Its parameters are set in this chat; each can be changed below."
            value=""
            onChange={(event) => {
              const preset = presets.data?.items.find(({ id }) => id === event.target.value);
              if (preset) change({ ...latest.current, ...partsOf(preset) });
            }}
          >
            <option value="">Choose one</option>
            {presets.data?.items.map((preset) => (
              <option key={preset.id} value={preset.id}>
                {preset.name}
              </option>
            ))}
          </Select>
          {fieldGroups.map(({ title, fields }) => (
            <Section key={title} title={title}>
              <div className="space-y-4">
                {fields
                  .filter(({ name }) => !ofFiles.has(name))
                  .map((field) => {
                    const shown = effective.data.parameters.find(
                      ({ name }) => name === (field.effective ?? field.name),
                    );
                    return (
                      <ParameterControl
                        key={field.name}
                        field={field}
                        model={effective.data.model}
                        value={shown?.value}
                        supported={shown?.supported ?? true}
                        source={shown?.source === 'conversation' ? 'set here' : undefined}
                        onChange={(value) =>
                          change({
                            ...latest.current,
                            [field.part]: { ...latest.current?.[field.part], [field.name]: value },
                          })
                        }
                      />
                    );
                  })}
              </div>
            </Section>
          ))}
          <Section title="Rules">
            <RuleList
              place={{ conversation_id: id }}
              about="A rule of this chat comes before all others. Those that hold everywhere are listed as well."
            />
          </Section>
        </div>
      )}
    </Dialog>
  );
}
