import { useState } from 'react';
import { Select, Textarea } from '../../components/field.tsx';
import { FormDialog } from '../../components/form-dialog.tsx';
import { api, troubleOf } from '../../lib/api.ts';
import { useAction } from '../../lib/queries.ts';
import { ProjectSelect } from '../projects/project-select.tsx';
import {
  type Candidate,
  type Category,
  categories,
  categoryLabels,
  type Fact,
  memoryKeys,
} from './queries.ts';

const importances = [
  { value: '0.2', label: 'Low' },
  { value: '0.5', label: 'Normal' },
  { value: '0.9', label: 'High' },
];

/** The nearest of the three choices to a stored score. */
const nearest = (score: number): string => (score < 0.35 ? '0.2' : score < 0.7 ? '0.5' : '0.9');

interface FactDialogProps {
  /** The one to edit; without it one is added. */
  fact?: Fact;
  /** A fact that was found, to be remembered in other words. */
  candidate?: Candidate;
  onClose: () => void;
}

interface Values {
  content: string;
  category: Category;
  importance_score: number;
  project_id: string;
}

/** Adds a fact, edits one, or corrects one that was found. */
export function FactDialog({ fact, candidate, onClose }: FactDialogProps) {
  const start = fact ?? candidate;
  const [content, setContent] = useState(start?.content ?? '');
  const [category, setCategory] = useState<Category>(start?.category ?? 'fact');
  const [importance, setImportance] = useState(nearest(fact?.importance_score ?? 0.5));
  const [project, setProject] = useState('');
  const save = useAction(
    ({ project_id, importance_score, ...values }: Values) =>
      candidate
        ? api.memory.accept({ candidate_id: candidate.id, ...values })
        : fact
          ? api.memory.update({ id: fact.id, importance_score, ...values })
          : api.memory.create({ ...values, importance_score, ...(project_id && { project_id }) }),
    { refresh: [memoryKeys.all], announceError: false, onSuccess: onClose },
  );
  const fields = troubleOf(save.error).fields;
  function submit(): void {
    const kept = fact && nearest(fact.importance_score) === importance;
    save.mutate({
      content,
      category,
      importance_score: kept ? fact.importance_score : Number(importance),
      project_id: project,
    });
  }
  return (
    <FormDialog
      title={fact ? 'Edit fact' : candidate ? 'Remember in other words' : 'Add a fact'}
      onClose={onClose}
      submit={fact ? 'Save' : 'Remember'}
      busy={save.isPending}
      error={save.error}
      onSubmit={submit}
    >
      <Textarea
        label="What should be remembered"
        required
        maxLength={4000}
        value={content}
        error={fields.content}
        onChange={(event) => setContent(event.target.value)}
      />
      <div className="grid gap-4 sm:grid-cols-2">
        <Select
          label="Category"
          value={category}
          onChange={(event) => setCategory(categories.find((item) => item === event.target.value) ?? 'fact')}
        >
          {categories.map((item) => (
            <option key={item} value={item}>
              {categoryLabels[item]}
            </option>
          ))}
        </Select>
        {!candidate && (
          <Select
            label="Importance"
            value={importance}
            onChange={(event) => setImportance(event.target.value)}
          >
            {importances.map((item) => (
              <option key={item.value} value={item.value}>
                {item.label}
              </option>
            ))}
          </Select>
        )}
      </div>
      {!start && (
        <ProjectSelect label="Used in" none="Everything of mine" value={project} onChange={setProject} />
      )}
    </FormDialog>
  );
}
