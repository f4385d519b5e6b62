import { Globe, Star, Users } from 'lucide-react';
import { Badge } from '../../components/badge.tsx';
import { IconButton } from '../../components/button.tsx';
import { cx } from '../../components/cx.ts';
import { api } from '../../lib/api.ts';
import { plural } from '../../lib/format.ts';
import { useAction } from '../../lib/queries.ts';
import { type Prompt, promptKeys } from './queries.ts';

/** One prompt of the list. */
export function PromptRow({ prompt, onOpen }: { prompt: Prompt; onOpen: () => void }) {
  const { id, title, description, content, is_favorite, is_public, project_id, usage_count, tags } = prompt;
  const update = useAction(api.prompts.update, { refresh: [promptKeys.all] });
  return (
    <li className="flex items-start gap-2 px-2 py-1.5 sm:px-3">
      <button
        type="button"
        onClick={onOpen}
        className="min-w-0 flex-1 rounded-lg px-2 py-1.5 text-left hover:bg-sunken"
      >
        <span className="flex flex-wrap items-center gap-2">
          <span className="font-medium">{title}</span>
          {is_public && <Badge icon={Globe}>Open to everybody</Badge>}
          {project_id && <Badge icon={Users}>In a project</Badge>}
          {tags.map((tag) => (
            <Badge key={tag}>{tag}</Badge>
          ))}
        </span>
        <span className="line-clamp-2 text-[13px] text-muted">{description || content}</span>
        {usage_count > 0 && <span className="text-xs text-muted">Used {plural(usage_count, 'time')}</span>}
      </button>
      {prompt.can_edit && (
        <IconButton
          label={`Favourite: ${title}`}
          icon={Star}
          aria-pressed={is_favorite}
          onClick={() => update.mutate({ prompt_id: id, is_favorite: !is_favorite })}
          className={cx('mt-1', is_favorite && 'text-accent [&_svg]:fill-current')}
        />
      )}
    </li>
  );
}
