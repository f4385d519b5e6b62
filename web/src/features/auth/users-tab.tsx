import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { UserPlus, UserRoundX } from 'lucide-react';
import { useState } from 'react';
import type { User } from '../../../../src/domains/auth/contract.ts';
import { Ago } from '../../components/ago.tsx';
import { Badge } from '../../components/badge.tsx';
import { Button } from '../../components/button.tsx';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { Select } from '../../components/field.tsx';
import { LoadMore } from '../../components/load-more.tsx';
import { SearchInput } from '../../components/search-input.tsx';
import { EmptyState, ErrorState, SkeletonList } from '../../components/states.tsx';
import { api } from '../../lib/api.ts';
import { useAction } from '../../lib/queries.ts';
import { CreateUserDialog } from './create-user-dialog.tsx';
import { usersQuery } from './queries.ts';
import { roleLabels, roles } from './roles.ts';

const route = getRouteApi('/shell/admin/');

export function UsersTab() {
  const { search = '' } = route.useSearch();
  const navigate = useNavigate({ from: '/admin' });
  const users = useInfiniteQuery(usersQuery(search));
  const [creating, setCreating] = useState(false);
  const items = users.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <div className="space-y-4">
      <div className="flex flex-wrap justify-between gap-2">
        <SearchInput
          label="Search users"
          value={search}
          onChange={(value) => void navigate({ search: { search: value || undefined }, replace: true })}
        />
        <Button tone="primary" icon={UserPlus} onClick={() => setCreating(true)}>
          Create user
        </Button>
      </div>
      {users.isPending ? (
        <SkeletonList rows={4} />
      ) : users.isError ? (
        <ErrorState error={users.error} onRetry={() => users.refetch()} />
      ) : items.length === 0 ? (
        <EmptyState icon={UserRoundX} title="No user matches" />
      ) : (
        <ul className="divide-y divide-line rounded-xl border border-line bg-surface">
          {items.map((user) => (
            <UserRow key={user.id} user={user} />
          ))}
        </ul>
      )}
      <LoadMore query={users} />
      {creating && <CreateUserDialog onClose={() => setCreating(false)} />}
    </div>
  );
}

function UserRow({ user }: { user: User }) {
  const { user: me } = getRouteApi('/shell').useRouteContext();
  const [confirming, setConfirming] = useState(false);
  const update = useAction(api.auth.updateUser, {
    refresh: [['auth', 'users']],
    done: 'User changed.',
    onSuccess: () => setConfirming(false),
  });
  const suspended = user.status === 'suspended';
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3">
      <div className="min-w-0 flex-1 basis-52">
        <p className="flex flex-wrap items-center gap-2 font-medium">
          {user.name ?? user.email}
          {user.id === me.id && <Badge tone="accent">You</Badge>}
          {suspended && <Badge tone="danger">Suspended</Badge>}
        </p>
        <p className="flex flex-wrap gap-x-3 text-[13px] text-muted">
          {user.name && <span>{user.email}</span>}
          <span>
            {user.last_login_at ? (
              <>
                Signed in <Ago at={user.last_login_at} />
              </>
            ) : (
              'Never signed in'
            )}
          </span>
        </p>
      </div>
      <div className="w-44">
        <Select
          label={`Role of ${user.email}`}
          quiet
          value={user.role}
          disabled={user.id === me.id || update.isPending}
          onChange={(event) =>
            update.mutate({ id: user.id, role: roles.find((item) => item === event.target.value) })
          }
        >
          {roles.map((role) => (
            <option key={role} value={role}>
              {roleLabels[role]}
            </option>
          ))}
        </Select>
      </div>
      {user.id !== me.id && (
        <Button
          size="sm"
          className="w-22"
          onClick={() => (suspended ? update.mutate({ id: user.id, status: 'active' }) : setConfirming(true))}
        >
          {suspended ? 'Restore' : 'Suspend'}
        </Button>
      )}
      {confirming && (
        <ConfirmDialog
          title={`Suspend ${user.name ?? user.email}?`}
          confirm="Suspend"
          busy={update.isPending}
          onConfirm={() => update.mutate({ id: user.id, status: 'suspended' })}
          onClose={() => setConfirming(false)}
        >
          They are signed out and cannot sign in until you restore them. Nothing of theirs is deleted.
        </ConfirmDialog>
      )}
    </li>
  );
}
