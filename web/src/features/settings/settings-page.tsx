import { Link, Outlet } from '@tanstack/react-router';
import { Page } from '../../components/page.tsx';
import { Tabs, tabClass } from '../../components/tabs.tsx';

const tabs = [
  { to: '/settings', label: 'Models' },
  { to: '/settings/parameters', label: 'Parameters' },
  { to: '/settings/rules', label: 'Rules' },
  { to: '/settings/servers', label: 'MCP servers' },
  { to: '/settings/functions', label: 'Functions' },
  { to: '/settings/skills', label: 'Skills' },
  { to: '/settings/web-search', label: 'Web search' },
  { to: '/settings/keys', label: 'API keys' },
  { to: '/settings/account', label: 'Account' },
  { to: '/settings/usage', label: 'Usage' },
  { to: '/settings/history', label: 'History' },
] as const;

export function SettingsPage() {
  return (
    <Page title="Settings">
      <Tabs label="Settings">
        {tabs.map((tab) => (
          <Link
            key={tab.to}
            to={tab.to}
            activeOptions={{ exact: tab.to === '/settings', includeSearch: false }}
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
