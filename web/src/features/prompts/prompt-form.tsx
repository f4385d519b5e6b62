import { useQuery } from '@tanstack/react-query';
import { FileText, Paperclip, X } from 'lucide-react';
import { useState } from 'react';
import { Button, IconButton } from '../../components/button.tsx';
import { Checkbox, Input, Select, Textarea } from '../../components/field.tsx';
import { FormDialog } from '../../components/form-dialog.tsx';
import { api, troubleOf } from '../../lib/api.ts';
import { useAction } from '../../lib/queries.ts';
import { PickFilesDialog } from '../conversations/pick-files-dialog.tsx';
import { ProjectSelect } from '../projects/project-select.tsx';
import { categoriesQuery, type Prompt, type PromptVariable, promptKeys } from './queries.ts';
import { variablesIn } from './template.ts';
import { VariableEditor } from './variable-editor.tsx';

interface PromptFormProps {
  /** The one that is changed; without it a new one is made. */
  prompt?: Prompt;
  /** What a new one begins with, such as a copy. */
  from?: Pick<Prompt, 'title' | 'description' | 'content' | 'variables' | 'tags' | 'files'>;
  onClose: () => void;
}

/** A prompt, new or changed. */
export function PromptForm({ prompt, from, onClose }: PromptFormProps) {
  const start = prompt ?? from;
  const [title, setTitle] = useState(start?.title ?? '');
  const [description, setDescription] = useState(start?.description ?? '');
  const [content, setContent] = useState(start?.content ?? '');
  const [declared, setDeclared] = useState<PromptVariable[]>(start?.variables ?? []);
  const [tags, setTags] = useState(start?.tags.join(', ') ?? '');
  const [category, setCategory] = useState(prompt?.category_id ?? '');
  const [project, setProject] = useState(prompt?.project_id ?? '');
  const [files, setFiles] = useState(start?.files ?? []);
  const [picking, setPicking] = useState(false);
  const [isPublic, setPublic] = useState(prompt?.is_public ?? false);
  const categories = useQuery(categoriesQuery);
  const save = useAction(
    (fields: Omit<Parameters<typeof api.prompts.create>[0], 'category_id' | 'project_id'>) =>
      prompt
        ? api.prompts.update({
            ...fields,
            prompt_id: prompt.id,
            version: prompt.version,
            category_id: category || null,
            project_id: project || null,
          })
        : api.prompts.create({
            ...fields,
            ...(category && { category_id: category }),
            ...(project && { project_id: project }),
          }),
    { refresh: [promptKeys.all], announceError: false, done: 'Prompt saved.', onSuccess: onClose },
  );
  const variables = variablesIn(content, declared);
  const { fields } = troubleOf(save.error);
  const submit = () =>
    save.mutate({
      title,
      description,
      content,
      variables,
      tags: tags
        .split(',')
        .map((tag) => tag.trim())
        .filter(Boolean),
      file_ids: files.map(({ id }) => id),
      is_public: isPublic,
    });
  return (
    <>
      <FormDialog
        kind="wide"
        title={prompt ? 'Edit the prompt' : 'New prompt'}
        onClose={onClose}
        submit="Save prompt"
        busy={save.isPending}
        error={save.error}
        onSubmit={submit}
      >
        <Input
          label="Title"
          required
          maxLength={200}
          value={title}
          error={fields.title}
          onChange={(event) => setTitle(event.target.value)}
        />
        <Input
          label="What it is for (optional)"
          maxLength={1_000}
          value={description}
          error={fields.description}
          onChange={(event) => setDescription(event.target.value)}
        />
        <Textarea
          label="Prompt"
          hint="Write {{name}} for what is filled in each time."
          required
          rows={8}
          value={content}
          error={fields.content}
          onChange={(event) => setContent(event.target.value)}
        />
        {variables.map((variable) => (
          <VariableEditor
            key={variable.name}
            variable={variable}
            onChange={(next) => setDeclared((now) => [...now.filter(({ name }) => name !== next.name), next])}
          />
        ))}
        <div className="grid gap-4 sm:grid-cols-2">
          <Select label="Category" value={category} onChange={(event) => setCategory(event.target.value)}>
            <option value="">None</option>
            {categories.data?.items.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </Select>
          <ProjectSelect label="Project" none="Only mine" value={project} onChange={setProject} />
        </div>
        <Input
          label="Tags (optional)"
          hint="Separated by commas."
          value={tags}
          error={fields.tags}
          onChange={(event) => setTags(event.target.value)}
        />
        <fieldset className="space-y-2">
          <legend className="mb-1 font-medium">Files that go along when you use it</legend>
          {files.length > 0 && (
            <ul aria-label="Files that go along" className="space-y-1">
              {files.map(({ id, file_name }) => (
                <li
                  key={id}
                  className="flex items-center gap-2 rounded-lg border border-line bg-sunken pl-2.5 text-[13px]"
                >
                  <FileText aria-hidden className="size-4 shrink-0 text-muted" />
                  <span className="min-w-0 flex-1 truncate">{file_name}</span>
                  <IconButton
                    label={`Leave out ${file_name}`}
                    icon={X}
                    className="size-8"
                    onClick={() => setFiles((now) => now.filter((file) => file.id !== id))}
                  />
                </li>
              ))}
            </ul>
          )}
          <Button size="sm" icon={Paperclip} onClick={() => setPicking(true)}>
            Choose files
          </Button>
        </fieldset>
        <Checkbox
          label="Open to everybody"
          hint="Everyone who signs in here may read and use it; nobody else may change it."
          checked={isPublic}
          onChange={(event) => setPublic(event.target.checked)}
        />
      </FormDialog>
      {picking && (
        <PickFilesDialog
          onPick={(chosen) =>
            setFiles((now) => [...now, ...chosen.filter(({ id }) => !now.some((file) => file.id === id))])
          }
          onClose={() => setPicking(false)}
        />
      )}
    </>
  );
}
