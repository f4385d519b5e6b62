import type pg from 'pg';
import type { Database } from '../../src/database/index.ts';
import { createTestUser } from '../harness/database.ts';
import { rowOverrides } from './row-values.ts';
import { makeRows, type Values } from './rows.ts';

/**
 * Everybody who could ask. The owner has a project that is shared: with people in their own name as co-owner, editor and
 * viewer, and through its organization with an admin and a member of that. The stranger has a project and an organization
 * of their own that nobody else belongs to.
 */
export const actors = {
  owner: 'o',
  'co-owner': 'c',
  editor: 'e',
  viewer: 'v',
  'organization admin': 'g',
  'organization member': 'm',
  administrator: 'a',
  "administrator's agent": 'x',
  stranger: 's',
  anonymous: 'n',
  service: 'z',
} as const;
export type Actor = keyof typeof actors;

/** One row in every table, all of them `owner`'s. */
export interface World {
  owner: Actor;
  rows: Map<string, Values>;
}

export interface Worlds {
  id(actor: Actor): string;
  /** What the owner has, shared with those above. */
  shared: World;
  /** What the stranger has, shared with nobody. */
  alone: World;
}

export async function makeWorlds(database: Database): Promise<Worlds> {
  const users = new Map<Actor, string>();
  // The first person of a database is its administrator.
  for (const actor of [
    'administrator',
    'owner',
    'co-owner',
    'editor',
    'viewer',
    'organization admin',
    'organization member',
    'stranger',
  ] as const)
    users.set(actor, (await createTestUser(database)).user_id);
  users.set("administrator's agent", users.get('administrator') ?? '');
  const id = (actor: Actor): string => users.get(actor) ?? '';

  return database.withOwner(async (client) => {
    const make = async (owner: Actor, mark: string): Promise<World> => {
      const { rows } = await client.query<{ project: string; organization: string }>(
        `with o as (insert into organizations (name, owner_id) values ($2, $1) returning id),
          p as (insert into meta_projects (name, status, owner_id) values ($2, 'active', $1) returning id)
         select p.id as project, o.id as organization from p, o`,
        [id(owner), `${mark}-name`],
      );
      const { project = '', organization = '' } = rows[0] ?? {};
      await client.query('update meta_projects set organization_id = $1 where id = $2', [
        organization,
        project,
      ]);
      if (owner === 'owner') {
        await client.query(
          `insert into meta_project_members (project_id, user_id, role)
           values ($1, $2, 'owner'), ($1, $3, 'editor'), ($1, $4, 'viewer')`,
          [project, id('co-owner'), id('editor'), id('viewer')],
        );
        await client.query(
          `insert into organization_members (org_id, user_id, role) values ($1, $2, 'admin'), ($1, $3, 'member')`,
          [organization, id('organization admin'), id('organization member')],
        );
      }
      const given = { owner: id(owner), project, organization, mark };
      return { owner, rows: await makeRows(client, given, rowOverrides) };
    };
    return { id, shared: await make('owner', 'shared'), alone: await make('stranger', 'alone') };
  });
}

/** Begins a transaction as that person or role, in one round trip; the caller rolls it back. */
export async function become(client: pg.ClientBase, worlds: Worlds, actor: Actor): Promise<void> {
  const role = actor === 'anonymous' ? 'anon' : actor === 'service' ? 'service_role' : 'authenticated';
  const claims = JSON.stringify(role === 'authenticated' ? { sub: worlds.id(actor), role } : { role });
  const agent = actor === "administrator's agent" ? 'writer' : '';
  await client.query(
    `begin; select set_config('role', '${role}', true), set_config('request.jwt.claims', '${claims}', true),
       set_config('meta_agent.agent', '${agent}', true)`,
  );
}

/** A value as a parameter: objects back into JSON text, since the driver would send arrays as Postgres arrays. */
export const plain = (value: unknown): unknown =>
  value !== null && typeof value === 'object' && !(value instanceof Date) && !Array.isArray(value)
    ? JSON.stringify(value)
    : value;

const primaryKeys = new Map<string, string[]>();

/** Where a row is found: a condition over its primary key, with its values. */
export async function keyOf(
  client: pg.ClientBase,
  table: string,
  row: Values,
): Promise<{ where: string; key: unknown[] }> {
  let names = primaryKeys.get(table);
  if (!names) {
    const { rows } = await client.query<{ name: string }>(
      `select a.attname as name from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any (i.indkey)
       where i.indisprimary and i.indrelid = $1::regclass`,
      [`public.${table}`],
    );
    names = rows.map(({ name }) => name);
    primaryKeys.set(table, names);
  }
  return {
    where: names.map((name, i) => `"${name}" = $${i + 1}`).join(' and '),
    key: names.map((name) => row[name]),
  };
}
