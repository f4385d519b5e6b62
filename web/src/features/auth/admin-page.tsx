import { getRouteApi, Link, Outlet } from '@tanstack/react-router';
import { Lock } from 'lucide-react';
import { Page } from '../../components/page.tsx';
import { EmptyState } from '../../components/states.tsx';
import { Tabs, tabClass } from '../../components/tabs.tsx';

const route = getRouteApi('/shell');
const tabs = [
  { to: '/admin', label: 'Users' },
  { to: '/admin/audit', label: 'Audit' },
  { to: '/admin/access', label: 'Access' },
] as const;

export function AdminPage() {
  const { user } = route.useRouteContext();
  if (user.role === 'user')
    return (
      <Page title="Admin">
        <EmptyState icon={Lock} title="For administrators only">
          Ask an administrator if you need something here.
        </EmptyState>
      </Page>
    );
  return (
    <Page title="Admin">
      <Tabs label="Administration">
        {tabs.map((tab) => (
          <Link
            key={tab.to}
            to={tab.to}
            activeOptions={{ exact: tab.to === '/admin', includeSearch: false }}
            className={tabClass}
          >
            {tab.label}
          </Link>
        ))}
      </Tabs>
      <div className="pt-5">
        <Outlet />
      </div>
    </Page>
  );
}
