import { useQuery } from '@tanstack/react-query';
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
  const save = useAction(api.preferences.setConversation, { refresh: [preferenceKeys.all] });
  const failed = own.error ?? effective.error;
  return (
    <Dialog
      kind="sheet"
      title="Settings of this chat"
      subtitle="What is set here holds in this chat alone."
      onClose={onClose}
      footer={
        <>
          <Button busy={save.isPending} onClick={() => save.mutate({ conversation_id: id })}>
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
              if (preset) save.mutate({ ...own.data, ...partsOf(preset), conversation_id: id });
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
                          save.mutate({
                            ...own.data,
                            conversation_id: id,
                            [field.part]: { ...own.data[field.part], [field.name]: value },
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
