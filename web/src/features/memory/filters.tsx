import { Checkbox, Select } from '../../components/field.tsx';
import { SearchInput } from '../../components/search-input.tsx';
import { type Category, categories, categoryLabels, type Scope, scopeLabels, scopes } from './queries.ts';

export interface MemoryFilter {
  search: string;
  category: Category | undefined;
  scope: Scope | undefined;
  all: boolean;
}

/** What of memory is shown; kept in the address by its owner. */
export function Filters({
  filter,
  onChange,
}: {
  filter: MemoryFilter;
  onChange: (change: Partial<MemoryFilter>) => void;
}) {
  return (
    <div className="mb-4 flex flex-wrap items-center gap-x-3 gap-y-2">
      <SearchInput label="Search memory" value={filter.search} onChange={(search) => onChange({ search })} />
      <div className="w-44">
        <Select
          label="Category"
          quiet
          value={filter.category ?? ''}
          onChange={(event) => onChange({ category: categories.find((item) => item === event.target.value) })}
        >
          <option value="">Every category</option>
          {categories.map((item) => (
            <option key={item} value={item}>
              {categoryLabels[item]}
            </option>
          ))}
        </Select>
      </div>
      <div className="w-44">
        <Select
          label="Scope"
          quiet
          value={filter.scope ?? ''}
          onChange={(event) => onChange({ scope: scopes.find((item) => item === event.target.value) })}
        >
          <option value="">Every scope</option>
          {scopes.map((item) => (
            <option key={item} value={item}>
              {scopeLabels[item]}
            </option>
          ))}
        </Select>
      </div>
      {filter.search.trim() === '' && (
        <Checkbox
          label="Show what is off or replaced"
          checked={filter.all}
          onChange={(event) => onChange({ all: event.target.checked })}
        />
      )}
    </div>
  );
}
