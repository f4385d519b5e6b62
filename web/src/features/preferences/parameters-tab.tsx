import { useQuery } from '@tanstack/react-query';
import { Card, Section } from '../../components/page.tsx';
import { ErrorState, SkeletonList } from '../../components/states.tsx';
import { api, troubleOf } from '../../lib/api.ts';
import { useAction } from '../../lib/queries.ts';
import { canvasGroup, fieldGroups, type ParameterField, storedValue } from './fields.ts';
import { ParameterControl } from './parameter-control.tsx';
import { PresetBar } from './preset-bar.tsx';
import { effectiveQuery, preferenceKeys, settingsQuery } from './queries.ts';

type Change = Parameters<typeof api.preferences.update>[0];

/** Every parameter that acts on answers, as it is stored, and what the model makes of it. */
export function ParametersTab() {
  const settings = useQuery(settingsQuery);
  const effective = useQuery(effectiveQuery());
  const save = useAction((change: Change) => api.preferences.update(change), {
    refresh: [preferenceKeys.all],
  });
  if (settings.isPending || effective.isPending) return <SkeletonList rows={6} height="h-20" />;
  if (settings.isError) return <ErrorState error={settings.error} onRetry={() => settings.refetch()} />;
  if (effective.isError) return <ErrorState error={effective.error} onRetry={() => effective.refetch()} />;
  const { model, parameters } = effective.data;
  const faults = troubleOf(save.error).fields;
  const supported = ({ name, effective: other }: ParameterField) =>
    parameters.find((parameter) => parameter.name === (other ?? name))?.supported ?? true;
  return (
    <div className="space-y-6">
      <p className="max-w-2xl text-muted">
        These go with every answer of a chat; a chat can have its own, in its menu. What {model} does not have
        is not sent, and says so here.
      </p>
      <PresetBar active={settings.data.active_preset} />
      {[...fieldGroups, canvasGroup].map(({ title, fields }) => (
        <Section key={title} title={title}>
          <Card className="grid gap-x-8 gap-y-5 p-4 sm:grid-cols-2">
            {fields.map((field) => (
              <ParameterControl
                key={field.name}
                field={field}
                model={model}
                value={storedValue(settings.data, field)}
                supported={supported(field)}
                error={faults[`${field.part}.${field.name}`]}
                onChange={(value) => save.mutate({ [field.part]: { [field.name]: value } })}
              />
            ))}
          </Card>
        </Section>
      ))}
    </div>
  );
}
