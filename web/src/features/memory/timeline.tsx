import { Card } from '../../components/page.tsx';
import { FactRow } from './fact-row.tsx';
import type { Fact } from './queries.ts';

const day = new Intl.DateTimeFormat('en', { dateStyle: 'full' });

/** Facts under the day they were learned, newest day first. */
export function Timeline({ facts }: { facts: Fact[] }) {
  const days = new Map<string, Fact[]>();
  for (const fact of facts) {
    const name = day.format(new Date(fact.created_at));
    days.set(name, [...(days.get(name) ?? []), fact]);
  }
  return (
    <div className="space-y-5">
      {[...days].map(([name, items]) => (
        <section key={name} aria-label={name} className="space-y-2">
          <h2 className="text-[13px] font-medium text-muted">{name}</h2>
          <Card>
            <ul className="divide-y divide-line">
              {items.map((item) => (
                <FactRow key={item.id} fact={item} />
              ))}
            </ul>
          </Card>
        </section>
      ))}
    </div>
  );
}
