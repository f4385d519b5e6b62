import { useQuery } from '@tanstack/react-query';
import { Download, GraduationCap, Trash2, Upload } from 'lucide-react';
import { type ChangeEvent, useRef, useState } from 'react';
import { Badge } from '../../components/badge.tsx';
import { Button, buttonClass, IconButton } from '../../components/button.tsx';
import { Select, Switch } from '../../components/field.tsx';
import { SearchInput } from '../../components/search-input.tsx';
import { EmptyState, ErrorState, SkeletonList } from '../../components/states.tsx';
import { toast } from '../../components/toast.ts';
import { api, randomId } from '../../lib/api.ts';
import { plural } from '../../lib/format.ts';
import { useAction } from '../../lib/queries.ts';
import { sendFile } from '../../lib/upload.ts';
import { type Skill, skillsQuery } from './queries.ts';

const maxFileBytes = 500_000;

/** What a file says; null where it is no text. */
async function textOf(file: File): Promise<string | null> {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(await file.arrayBuffer());
    return text.includes('\0') ? null : text;
  } catch {
    return null;
  }
}

/** Skills in the SKILL.md format: a folder with instructions that a model loads when it needs them. */
export function SkillsTab() {
  const [search, setSearch] = useState('');
  const skills = useQuery(skillsQuery(search));
  const folder = useRef<HTMLInputElement>(null);
  const file = useRef<HTMLInputElement>(null);
  const bring = useAction(api.extensions.importSkill, {
    refresh: [['extensions', 'skills']],
    done: (skill) => `${skill.name} is installed.`,
  });
  const bringZip = useAction(
    (zip: File) =>
      sendFile<Skill>({
        path: '/api/skills/zip',
        query: {},
        file: zip,
        file_name: zip.name,
        idempotency_key: randomId(),
        signal: new AbortController().signal,
        onProgress: () => {},
      }),
    { refresh: [['extensions', 'skills']], done: (skill) => `${skill.name} is installed.` },
  );
  async function chosen(event: ChangeEvent<HTMLInputElement>): Promise<void> {
    const list = [...(event.target.files ?? [])];
    event.target.value = '';
    const zip = list.find(({ name }) => /\.zip$/i.test(name));
    if (zip) return bringZip.mutate(zip);
    const files: [string, string][] = [];
    const leftOut: string[] = [];
    for (const item of list) {
      const text = item.size <= maxFileBytes ? await textOf(item) : null;
      if (text === null) leftOut.push(item.name);
      else files.push([item.webkitRelativePath || item.name, text]);
    }
    if (leftOut.length > 0)
      toast({ text: `Left out, as too large or no text: ${leftOut.join(', ').slice(0, 200)}` });
    if (files.length > 0) bring.mutate({ files: Object.fromEntries(files) });
  }
  return (
    <div className="space-y-4">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <p className="max-w-xl text-muted">
          A skill is a folder with a SKILL.md. The model is told what each is for and loads its instructions
          when they fit.
        </p>
        <div className="flex flex-wrap gap-2">
          <Button icon={Upload} busy={bring.isPending} onClick={() => folder.current?.click()}>
            Import a folder
          </Button>
          <Button
            icon={Upload}
            busy={bring.isPending || bringZip.isPending}
            onClick={() => file.current?.click()}
          >
            Import a zip or SKILL.md
          </Button>
          <input
            ref={(element) => {
              folder.current = element;
              element?.setAttribute('webkitdirectory', '');
            }}
            type="file"
            hidden
            aria-label="Folder of a skill"
            onChange={(event) => void chosen(event)}
          />
          <input
            ref={file}
            type="file"
            hidden
            accept=".md,.zip"
            aria-label="Zip or SKILL.md"
            onChange={(event) => void chosen(event)}
          />
        </div>
      </div>
      <SearchInput label="Search skills" value={search} onChange={setSearch} />
      {skills.isPending ? (
        <SkeletonList rows={3} />
      ) : skills.isError ? (
        <ErrorState error={skills.error} onRetry={() => skills.refetch()} />
      ) : skills.data.items.length === 0 ? (
        <EmptyState icon={GraduationCap} title={search ? 'No skill fits' : 'No skills yet'} />
      ) : (
        <ul className="divide-y divide-line rounded-xl border border-line bg-surface">
          {skills.data.items.map((skill) => (
            <SkillRow key={skill.id} skill={skill} />
          ))}
        </ul>
      )}
    </div>
  );
}

function SkillRow({ skill }: { skill: Skill }) {
  const refresh = { refresh: [['extensions', 'skills']] };
  const update = useAction(api.extensions.updateSkill, refresh);
  const remove = useAction(api.extensions.deleteSkill, {
    ...refresh,
    done: skill.is_own ? 'Skill deleted. Undo it in History.' : 'Skill uninstalled.',
  });
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3">
      <div className="min-w-0 flex-1 basis-60">
        <p className="flex flex-wrap items-center gap-2 font-medium">
          {skill.name}
          {!skill.is_own && <Badge tone="info">by somebody else</Badge>}
          {skill.files.length > 0 && <Badge>{plural(skill.files.length, 'file')}</Badge>}
        </p>
        <p className="text-muted">{skill.description}</p>
      </div>
      {skill.is_own && (
        <div className="w-32">
          <Select
            label={`Who may see ${skill.name}`}
            quiet
            value={skill.visibility}
            onChange={(event) =>
              update.mutate({ id: skill.id, visibility: event.target.value as Skill['visibility'] })
            }
          >
            <option value="private">Only you</option>
            <option value="unlisted">Unlisted</option>
            <option value="public">Everybody</option>
          </Select>
        </div>
      )}
      {skill.installed ? (
        <Switch
          label={`Use ${skill.name}`}
          checked={skill.enabled}
          onChange={(enabled) => update.mutate({ id: skill.id, enabled })}
        />
      ) : (
        <Button size="sm" onClick={() => update.mutate({ id: skill.id, enabled: true })}>
          Install
        </Button>
      )}
      <a
        href={`/api/skills/${skill.id}/zip`}
        download
        aria-label={`Export ${skill.name} as a zip`}
        title="Export as a zip"
        className={buttonClass('ghost')}
      >
        <Download aria-hidden className="size-4" />
      </a>
      {(skill.is_own || skill.installed) && (
        <IconButton
          icon={Trash2}
          label={skill.is_own ? `Delete ${skill.name}` : `Uninstall ${skill.name}`}
          onClick={() => remove.mutate({ id: skill.id })}
        />
      )}
    </li>
  );
}
