import { useQuery } from '@tanstack/react-query';
import { Trash2 } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { Button, IconButton } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Input, Switch } from '../../components/field.tsx';
import { ErrorState, FormError, SkeletonList } from '../../components/states.tsx';
import { api } from '../../lib/api.ts';
import { useAction } from '../../lib/queries.ts';
import { categoriesQuery, promptKeys } from './queries.ts';

/** Categories of prompts: a new one, which are shared, and none any more. */
export function CategoriesDialog({ onClose }: { onClose: () => void }) {
  const categories = useQuery(categoriesQuery);
  const [name, setName] = useState('');
  const refresh = [promptKeys.all];
  const create = useAction(api.prompts.createCategory, {
    refresh,
    announceError: false,
    onSuccess: () => setName(''),
  });
  const update = useAction(api.prompts.updateCategory, { refresh });
  const remove = useAction(api.prompts.deleteCategory, {
    refresh,
    done: 'Category deleted; its prompts stay.',
  });
  function submit(event: FormEvent): void {
    event.preventDefault();
    create.mutate({ name });
  }
  return (
    <Dialog title="Categories" onClose={onClose}>
      <div className="space-y-5">
        <form onSubmit={submit} className="flex items-end gap-2">
          <div className="flex-1">
            <Input
              label="New category"
              required
              maxLength={100}
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
          </div>
          <Button type="submit" tone="primary" busy={create.isPending}>
            Add
          </Button>
        </form>
        <FormError error={create.error} />
        {categories.isPending ? (
          <SkeletonList rows={2} height="h-10" />
        ) : categories.isError ? (
          <ErrorState error={categories.error} onRetry={() => categories.refetch()} />
        ) : categories.data.items.length === 0 ? (
          <p className="text-muted">There are none.</p>
        ) : (
          <ul aria-label="Categories" className="divide-y divide-line">
            {categories.data.items.map((category) => (
              <li key={category.id} className="flex items-center gap-3 py-2">
                <span className="min-w-0 flex-1 truncate">{category.name}</span>
                {category.is_own ? (
                  <>
                    <Switch
                      label={`Everybody sees ${category.name}`}
                      checked={category.is_shared}
                      onChange={(is_shared) => update.mutate({ category_id: category.id, is_shared })}
                    />
                    <IconButton
                      label={`Delete ${category.name}`}
                      icon={Trash2}
                      onClick={() => remove.mutate({ category_id: category.id })}
                    />
                  </>
                ) : (
                  <span className="text-[13px] text-muted">shared</span>
                )}
              </li>
            ))}
          </ul>
        )}
      </div>
    </Dialog>
  );
}
