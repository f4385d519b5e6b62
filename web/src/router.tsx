import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router';
import { z } from 'zod';
import { statusQuery } from './features/auth/queries.ts';
import { ConnectionError, PageError } from './features/shell/connection-error.tsx';
import { NotFound } from './features/shell/not-found.tsx';
import { Shell } from './features/shell/shell.tsx';
import { whenReachable } from './lib/connection.ts';
import { queryClient } from './lib/queries.ts';

/** A page in a file of its own. */
const lazyPage = <T extends Record<string, unknown>, K extends keyof T>(load: () => Promise<T>, name: K) =>
  lazyRouteComponent<T, K>(() => whenReachable(load), name);

const text = z.string().optional().catch(undefined);
const flag = z.boolean().optional().catch(undefined);

const root = createRootRoute({
  component: Outlet,
  notFoundComponent: NotFound,
  errorComponent: ConnectionError,
});

const setup = createRoute({
  getParentRoute: () => root,
  path: '/setup',
  validateSearch: z.object({ token: text }),
  component: lazyPage(() => import('./features/auth/setup-page.tsx'), 'SetupPage'),
});

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: z.object({ to: text, ended: flag }),
  beforeLoad: async () => {
    const status = await queryClient.ensureQueryData(statusQuery);
    if (status.needs_setup) throw redirect({ to: '/setup' });
    if (status.user) throw redirect({ to: '/projects' });
  },
  component: lazyPage(() => import('./features/auth/sign-in-page.tsx'), 'SignInPage'),
});

/** A chat that somebody shared by a link; needs no account. */
const shared = createRoute({
  getParentRoute: () => root,
  path: '/shared',
  component: lazyPage(() => import('./features/conversations/shared-page.tsx'), 'SharedPage'),
});

/** An artifact that somebody shared by a link; needs no account. */
const sharedArtifact = createRoute({
  getParentRoute: () => root,
  path: '/shared/canvas',
  component: lazyPage(() => import('./features/canvas/shared-artifact-page.tsx'), 'SharedArtifactPage'),
});

/** Everything behind sign-in. */
const shell = createRoute({
  getParentRoute: () => root,
  id: 'shell',
  beforeLoad: async ({ location }) => {
    const status = await queryClient.ensureQueryData(statusQuery);
    if (status.needs_setup) throw redirect({ to: '/setup' });
    if (!status.user) throw redirect({ to: '/sign-in', search: { to: location.href } });
    return { user: status.user };
  },
  component: Shell,
});

const home = createRoute({
  getParentRoute: () => shell,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/projects' });
  },
});

const projects = createRoute({
  getParentRoute: () => shell,
  path: '/projects',
  validateSearch: z.object({ search: text, status: text, create: flag }),
  component: lazyPage(() => import('./features/projects/projects-page.tsx'), 'ProjectsPage'),
});

const project = createRoute({
  getParentRoute: () => shell,
  path: '/projects/$projectId',
  validateSearch: z.object({ task: text }),
  component: lazyPage(() => import('./features/projects/project-page.tsx'), 'ProjectPage'),
});

const projectTab = <P extends string>(path: P) => ({ getParentRoute: () => project, path });

const overview = createRoute({
  ...projectTab('/'),
  component: lazyPage(() => import('./features/projects/overview-tab.tsx'), 'OverviewTab'),
});
const graph = createRoute({
  ...projectTab('/graph'),
  component: lazyPage(() => import('./features/projects/graph-tab.tsx'), 'GraphTab'),
});
const board = createRoute({
  ...projectTab('/board'),
  component: lazyPage(() => import('./features/projects/board-tab.tsx'), 'BoardTab'),
});
const runs = createRoute({
  ...projectTab('/runs'),
  component: lazyPage(() => import('./features/projects/runs-tab.tsx'), 'RunsTab'),
});
const artifacts = createRoute({
  ...projectTab('/artifacts'),
  validateSearch: z.object({ artifact: text, cite: z.number().optional().catch(undefined) }),
  component: lazyPage(() => import('./features/projects/artifacts-tab.tsx'), 'ArtifactsTab'),
});
const decisions = createRoute({
  ...projectTab('/decisions'),
  component: lazyPage(() => import('./features/projects/decisions-tab.tsx'), 'DecisionsTab'),
});
const budget = createRoute({
  ...projectTab('/budget'),
  component: lazyPage(() => import('./features/projects/budget-tab.tsx'), 'BudgetTab'),
});
const history = createRoute({
  ...projectTab('/history'),
  component: lazyPage(() => import('./features/projects/history-tab.tsx'), 'HistoryTab'),
});

const files = createRoute({
  getParentRoute: () => shell,
  path: '/files',
  validateSearch: z.object({ search: text, find: text, file: text, project: text }),
  component: lazyPage(() => import('./features/files/files-page.tsx'), 'FilesPage'),
});

const memory = createRoute({
  getParentRoute: () => shell,
  path: '/memory',
  validateSearch: z.object({ search: text, category: text, scope: text, all: flag }),
  component: lazyPage(() => import('./features/memory/memory-page.tsx'), 'MemoryPage'),
});

const prompts = createRoute({
  getParentRoute: () => shell,
  path: '/prompts',
  validateSearch: z.object({ search: text, shelf: text, category: text, prompt: text }),
  component: lazyPage(() => import('./features/prompts/prompts-page.tsx'), 'PromptsPage'),
});

const personas = createRoute({
  getParentRoute: () => shell,
  path: '/personas',
  validateSearch: z.object({ search: text, category: text }),
  component: lazyPage(() => import('./features/personas/personas-page.tsx'), 'PersonasPage'),
});

const canvas = createRoute({
  getParentRoute: () => shell,
  path: '/canvas',
  validateSearch: z.object({ search: text, project: text, published: flag }),
  component: lazyPage(() => import('./features/canvas/canvas-page.tsx'), 'CanvasPage'),
});
const canvasArtifact = createRoute({
  getParentRoute: () => shell,
  path: '/canvas/$artifactId',
  component: lazyPage(() => import('./features/canvas/artifact-page.tsx'), 'ArtifactPage'),
});

const chat = createRoute({
  getParentRoute: () => shell,
  path: '/chat',
  validateSearch: z.object({
    search: text,
    view: z.enum(['archived', 'trash']).optional().catch(undefined),
    project: text,
    message: text,
    artifact: text,
  }),
  component: lazyPage(() => import('./features/conversations/chat-page.tsx'), 'ChatPage'),
});
const chatHome = createRoute({
  getParentRoute: () => chat,
  path: '/',
  component: lazyPage(() => import('./features/conversations/new-chat.tsx'), 'NewChat'),
});
/** As `/chat`, but on a phone it shows the form and not the list. */
const newChat = createRoute({
  getParentRoute: () => chat,
  path: '/new',
  component: lazyPage(() => import('./features/conversations/new-chat.tsx'), 'NewChat'),
});
const importChats = createRoute({
  getParentRoute: () => chat,
  path: '/import',
  component: lazyPage(() => import('./features/conversations/import-page.tsx'), 'ImportPage'),
});
const conversation = createRoute({
  getParentRoute: () => chat,
  path: '/$conversationId',
  component: lazyPage(() => import('./features/conversations/conversation-view.tsx'), 'ConversationView'),
});

const organizations = createRoute({
  getParentRoute: () => shell,
  path: '/organizations',
  validateSearch: z.object({ create: flag }),
  component: lazyPage(() => import('./features/organizations/organizations-page.tsx'), 'OrganizationsPage'),
});
const organization = createRoute({
  getParentRoute: () => shell,
  path: '/organizations/$organizationId',
  component: lazyPage(() => import('./features/organizations/organization-page.tsx'), 'OrganizationPage'),
});
const invitation = createRoute({
  getParentRoute: () => shell,
  path: '/invitation',
  component: lazyPage(() => import('./features/organizations/invitation-page.tsx'), 'InvitationPage'),
});

const settings = createRoute({
  getParentRoute: () => shell,
  path: '/settings',
  component: lazyPage(() => import('./features/settings/settings-page.tsx'), 'SettingsPage'),
});
const settingsTab = <P extends string>(path: P) => ({ getParentRoute: () => settings, path });
const models = createRoute({
  ...settingsTab('/'),
  component: lazyPage(() => import('./features/settings/models-tab.tsx'), 'ModelsTab'),
});
const keys = createRoute({
  ...settingsTab('/keys'),
  component: lazyPage(() => import('./features/auth/keys-tab.tsx'), 'KeysTab'),
});
const account = createRoute({
  ...settingsTab('/account'),
  component: lazyPage(() => import('./features/auth/account-tab.tsx'), 'AccountTab'),
});
const parameters = createRoute({
  ...settingsTab('/parameters'),
  component: lazyPage(() => import('./features/preferences/parameters-tab.tsx'), 'ParametersTab'),
});
const rules = createRoute({
  ...settingsTab('/rules'),
  component: lazyPage(() => import('./features/preferences/rules-tab.tsx'), 'RulesTab'),
});
const servers = createRoute({
  ...settingsTab('/servers'),
  component: lazyPage(() => import('./features/extensions/servers-tab.tsx'), 'ServersTab'),
});
const signedIn = createRoute({
  ...settingsTab('/servers/signed-in'),
  validateSearch: z.object({ code: text, state: text, iss: text, error: text, error_description: text }),
  component: lazyPage(() => import('./features/extensions/signed-in-page.tsx'), 'SignedInPage'),
});
const functions = createRoute({
  ...settingsTab('/functions'),
  component: lazyPage(() => import('./features/extensions/functions-tab.tsx'), 'FunctionsTab'),
});
const skills = createRoute({
  ...settingsTab('/skills'),
  component: lazyPage(() => import('./features/extensions/skills-tab.tsx'), 'SkillsTab'),
});
const webSearch = createRoute({
  ...settingsTab('/web-search'),
  component: lazyPage(() => import('./features/extensions/web-search-tab.tsx'), 'WebSearchTab'),
});
const settingsHistory = createRoute({
  ...settingsTab('/history'),
  component: lazyPage(() => import('./features/preferences/history-tab.tsx'), 'SettingsHistoryTab'),
});
const usage = createRoute({
  ...settingsTab('/usage'),
  validateSearch: z.object({
    days: z.number().int().min(1).max(366).optional().catch(undefined),
    project: text,
  }),
  component: lazyPage(() => import('./features/usage/usage-tab.tsx'), 'UsageTab'),
});

const admin = createRoute({
  getParentRoute: () => shell,
  path: '/admin',
  component: lazyPage(() => import('./features/auth/admin-page.tsx'), 'AdminPage'),
});
const adminTab = <P extends string>(path: P) => ({ getParentRoute: () => admin, path });
const users = createRoute({
  ...adminTab('/'),
  validateSearch: z.object({ search: text }),
  component: lazyPage(() => import('./features/auth/users-tab.tsx'), 'UsersTab'),
});
const audit = createRoute({
  ...adminTab('/audit'),
  validateSearch: z.object({ event: text, user: text }),
  component: lazyPage(() => import('./features/auth/audit-tab.tsx'), 'AuditTab'),
});
const access = createRoute({
  ...adminTab('/access'),
  validateSearch: z.object({ search: text }),
  component: lazyPage(() => import('./features/auth/access-tab.tsx'), 'AccessTab'),
});

const routeTree = root.addChildren([
  setup,
  signIn,
  shared,
  sharedArtifact,
  shell.addChildren([
    home,
    projects,
    project.addChildren([overview, graph, board, runs, artifacts, decisions, budget, history]),
    files,
    memory,
    prompts,
    personas,
    canvas,
    canvasArtifact,
    organizations,
    organization,
    invitation,
    chat.addChildren([chatHome, newChat, importChats, conversation]),
    settings.addChildren([
      models,
      parameters,
      rules,
      servers,
      signedIn,
      functions,
      skills,
      webSearch,
      keys,
      account,
      usage,
      settingsHistory,
    ]),
    admin.addChildren([users, audit, access]),
  ]),
]);

export const router = createRouter({
  routeTree,
  defaultErrorComponent: PageError,
  defaultPreload: 'intent',
  defaultPreloadStaleTime: 0,
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
