import { useState } from 'react';
import { Checkbox, Input, Select, Textarea } from '../../components/field.tsx';
import { FormDialog } from '../../components/form-dialog.tsx';
import { api, troubleOf } from '../../lib/api.ts';
import { useAction } from '../../lib/queries.ts';
import { type Persona, personaKeys } from './queries.ts';

const tiers = [
  ['haiku', 'The fast model'],
  ['sonnet', 'The usual model'],
  ['opus', 'The strongest model'],
] as const;
const visibilities = [
  ['private', 'Only you'],
  ['unlisted', 'Whoever knows its address'],
  ['public', 'Everybody who signs in here'],
] as const;

/** A persona, new or changed. */
export function PersonaForm({ persona, onClose }: { persona?: Persona; onClose: () => void }) {
  const [name, setName] = useState(persona?.name ?? '');
  const [description, setDescription] = useState(persona?.description ?? '');
  const [category, setCategory] = useState(persona?.category ?? 'general');
  const [prompt, setPrompt] = useState(persona?.system_prompt ?? '');
  const [starters, setStarters] = useState(persona?.starter_prompts.join('\n') ?? '');
  const [model, setModel] = useState(persona?.model_config.preferred_model ?? 'sonnet');
  const [temperature, setTemperature] = useState(persona?.model_config.temperature?.toString() ?? '');
  const [visibility, setVisibility] = useState(persona?.visibility ?? 'private');
  const [files, setFiles] = useState(persona?.capabilities.file_analysis ?? false);
  const [code, setCode] = useState(persona?.capabilities.code_execution ?? false);
  const save = useAction(
    (fields: Parameters<typeof api.personas.create>[0]) =>
      persona ? api.personas.update({ ...fields, persona_id: persona.id }) : api.personas.create(fields),
    { refresh: [personaKeys.all], announceError: false, done: 'Persona saved.', onSuccess: onClose },
  );
  const { fields } = troubleOf(save.error);
  function submit(): void {
    save.mutate({
      name,
      description,
      category,
      system_prompt: prompt,
      starter_prompts: starters
        .split('\n')
        .map((line) => line.trim())
        .filter(Boolean),
      capabilities: { file_analysis: files, code_execution: code },
      model_config: {
        ...persona?.model_config,
        preferred_model: model,
        temperature: temperature === '' ? undefined : Number(temperature),
      },
      visibility,
    });
  }
  return (
    <FormDialog
      kind="wide"
      title={persona ? `Edit ${persona.name}` : 'New persona'}
      onClose={onClose}
      submit="Save persona"
      busy={save.isPending}
      error={save.error}
      onSubmit={submit}
    >
      <div className="grid gap-4 sm:grid-cols-2">
        <Input
          label="Name"
          required
          maxLength={100}
          value={name}
          error={fields.name}
          onChange={(event) => setName(event.target.value)}
        />
        <Input
          label="Category"
          required
          maxLength={50}
          value={category}
          error={fields.category}
          onChange={(event) => setCategory(event.target.value)}
        />
      </div>
      <Input
        label="What it is for"
        required
        maxLength={1_000}
        value={description}
        error={fields.description}
        onChange={(event) => setDescription(event.target.value)}
      />
      <Textarea
        label="Who it is"
        hint="Its system prompt: character, manner, what it does and what it leaves alone."
        required
        rows={8}
        value={prompt}
        error={fields.system_prompt}
        onChange={(event) => setPrompt(event.target.value)}
      />
      <Textarea
        label="Ways to begin (optional)"
        hint="A question a line; they stand on its card."
        rows={3}
        value={starters}
        error={fields.starter_prompts}
        onChange={(event) => setStarters(event.target.value)}
      />
      <div className="grid gap-4 sm:grid-cols-2">
        <Select label="Model" value={model} onChange={(event) => setModel(event.target.value)}>
          {!tiers.some(([value]) => value === model) && <option value={model}>{model}</option>}
          {tiers.map(([value, words]) => (
            <option key={value} value={value}>
              {words}
            </option>
          ))}
        </Select>
        <Input
          label="Temperature (optional)"
          type="number"
          min={0}
          max={2}
          step={0.1}
          value={temperature}
          error={fields['model_config.temperature']}
          onChange={(event) => setTemperature(event.target.value)}
        />
      </div>
      <Select
        label="Who may talk to it"
        value={visibility}
        onChange={(event) => setVisibility(event.target.value as Persona['visibility'])}
      >
        {visibilities.map(([value, words]) => (
          <option key={value} value={value}>
            {words}
          </option>
        ))}
      </Select>
      <Checkbox
        label="May search the documents of whoever talks to it"
        checked={files}
        onChange={(event) => setFiles(event.target.checked)}
      />
      <Checkbox
        label="May run code in the sandbox"
        checked={code}
        onChange={(event) => setCode(event.target.checked)}
      />
    </FormDialog>
  );
}
