import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Database, UserPrincipal } from '../../src/database/index.ts';
import { createTestUser, openTestDatabase, type TestDatabase } from '../harness/database.ts';
import { asService, asUser, createProject, createTask, type Project, withAgent } from './support.ts';

let opened: TestDatabase;
let database: Database;
let admin: UserPrincipal;
let owner: UserPrincipal;
let member: UserPrincipal;
let stranger: UserPrincipal;
let project: Project;

beforeAll(async () => {
  opened = await openTestDatabase();
  database = opened.database;
  admin = await createTestUser(database);
  owner = await createTestUser(database);
  member = await createTestUser(database, 'member@example.org');
  stranger = await createTestUser(database);
  project = await createProject(database, owner);
});
afterAll(() => opened.close());

const insert = async (
  who: UserPrincipal,
  statement: ReturnType<typeof sql<{ id: string }>>,
): Promise<string> => {
  const [row] = await asUser(database, who, statement);
  return row?.id ?? '';
};
const projectsOf = async (who: UserPrincipal) =>
  (await asUser(database, who, sql`select id from meta_projects`)).length;

describe('organizations', () => {
  let org: string;
  const role = async () =>
    (
      await asService(
        database,
        sql<{
          role: string;
        }>`select role from meta_project_members where project_id = ${project.id} and user_id = ${member.user_id}`,
      )
    )[0]?.role;
  beforeAll(async () => {
    org = await insert(
      owner,
      sql<{ id: string }>`insert into organizations (name) values ('Team') returning id`,
    );
  });

  test('an invitation is for one address, and works once', async () => {
    await asUser(
      database,
      owner,
      sql`insert into organization_invitations (org_id, email, token_hash) values (${org}, 'Member@example.org', 'hash')`,
    );
    const accept = (who: UserPrincipal) => asUser(database, who, sql`select accept_invitation('hash') as id`);
    await expect(accept(stranger)).rejects.toMatchObject({ code: 'not_found' });
    expect(await accept(member)).toEqual([{ id: org }]);
    await expect(accept(member)).rejects.toMatchObject({ code: 'not_found' });
  });

  test('its members are members of its projects, in the role it gives them', async () => {
    expect(await projectsOf(member)).toBe(0);
    await asUser(
      database,
      owner,
      sql`update meta_projects set organization_id = ${org} where id = ${project.id}`,
    );
    expect([await projectsOf(member), await projectsOf(stranger), await role()]).toEqual([1, 0, 'editor']);
    await asUser(database, owner, sql`update organizations set default_project_role = 'viewer'`);
    expect(await role()).toBe('viewer');
    await asUser(
      database,
      owner,
      sql`update organization_members set role = 'admin' where user_id = ${member.user_id}`,
    );
    expect(await role()).toBe('owner');
    await asUser(
      database,
      owner,
      sql`update organization_members set role = 'member' where user_id = ${member.user_id}`,
    );
    await createProject(database, owner, 'Another');
    expect(await projectsOf(member)).toBe(1);
  });

  test('a role given in person stays; leaving takes the others away', async () => {
    await asUser(
      database,
      owner,
      sql`update meta_project_members set role = 'editor' where user_id = ${member.user_id}`,
    );
    await asUser(database, owner, sql`update organizations set default_project_role = 'editor'`);
    await asUser(database, owner, sql`update organizations set default_project_role = 'viewer'`);
    expect(await role()).toBe('editor');
    await asUser(database, owner, sql`delete from meta_project_members where user_id = ${member.user_id}`);
    await asUser(database, owner, sql`update organizations set default_project_role = 'editor'`);
    expect(await role()).toBe('editor');
    await asUser(database, member, sql`delete from organization_members where user_id = ${member.user_id}`);
    expect(await projectsOf(member)).toBe(0);
  });

  test('the last owner stays; strangers and agents put nothing in', async () => {
    await expect(asUser(database, owner, sql`delete from organization_members`)).rejects.toThrow(
      'last owner',
    );
    await expect(
      asUser(database, stranger, sql`insert into meta_projects (name, organization_id) values ('x', ${org})`),
    ).rejects.toMatchObject({ code: 'forbidden' });
    await expect(
      asUser(database, withAgent(owner), sql`insert into organizations (name) values ('x')`),
    ).rejects.toMatchObject({ code: 'forbidden' });
    await expect(
      asUser(
        database,
        stranger,
        sql`insert into organization_members (org_id, user_id, role) values (${org}, ${stranger.user_id}, 'owner')`,
      ),
    ).rejects.toMatchObject({ code: 'forbidden' });
    expect(await asUser(database, stranger, sql`select * from organizations`)).toEqual([]);
  });

  test('an admin does not make themselves owner; who answers for it hands that on when they leave', async () => {
    const other = await insert(
      owner,
      sql<{ id: string }>`insert into organizations (name) values ('Handed on') returning id`,
    );
    await asUser(
      database,
      owner,
      sql`insert into organization_members (org_id, user_id, role) values (${other}, ${member.user_id}, 'admin')`,
    );
    for (const statement of [
      sql`update organizations set owner_id = ${member.user_id} where id = ${other}`,
      sql`update organization_members set role = 'owner' where org_id = ${other} and user_id = ${member.user_id}`,
    ])
      await expect(asUser(database, member, statement)).rejects.toMatchObject({ code: 'forbidden' });
    await asUser(
      database,
      owner,
      sql`update organization_members set role = 'owner' where org_id = ${other} and user_id = ${member.user_id}`,
    );
    await asUser(
      database,
      owner,
      sql`delete from organization_members where org_id = ${other} and user_id = ${owner.user_id}`,
    );
    expect(await asUser(database, owner, sql`select from organizations where id = ${other}`)).toEqual([]);
    expect(
      await asUser(database, member, sql`select owner_id from organizations where id = ${other}`),
    ).toEqual([{ owner_id: member.user_id }]);
    await asUser(database, member, sql`delete from organizations where id = ${other}`);
  });

  test('an organization with another owner outlives the account that founded it', async () => {
    const founder = await createTestUser(database);
    const found = (name: string) =>
      insert(founder, sql<{ id: string }>`insert into organizations (name) values (${name}) returning id`);
    const [shared, alone] = [await found('Shared'), await found('Alone')];
    await asUser(
      database,
      founder,
      sql`insert into organization_members (org_id, user_id, role) values (${shared}, ${member.user_id}, 'owner')`,
    );
    await database.withOwner((session) =>
      session.query('delete from auth.users where id = $1', [founder.user_id]),
    );
    expect(
      await asService(
        database,
        sql`select id, owner_id from organizations where id in (${shared}, ${alone})`,
      ),
    ).toEqual([{ id: shared, owner_id: member.user_id }]);
    await asUser(database, member, sql`delete from organizations where id = ${shared}`);
  });

  test('only an owner of a project takes it out, and no agent', async () => {
    await asUser(
      database,
      owner,
      sql`insert into organization_members (org_id, user_id) values (${org}, ${member.user_id})`,
    );
    const take = sql`update meta_projects set organization_id = null where id = ${project.id}`;
    for (const who of [member, withAgent(owner)])
      await expect(asUser(database, who, take)).rejects.toMatchObject({ code: 'forbidden' });
    // Somebody to whom the organization is hidden edits the project in person.
    await asUser(
      database,
      owner,
      sql`insert into meta_project_members (project_id, user_id, role) values (${project.id}, ${stranger.user_id}, 'editor')`,
    );
    await expect(asUser(database, stranger, take)).rejects.toMatchObject({ code: 'forbidden' });
    await asUser(
      database,
      owner,
      sql`delete from meta_project_members where project_id = ${project.id} and user_id = ${stranger.user_id}`,
    );
    await asUser(database, owner, take);
    expect(await projectsOf(member)).toBe(0);
    await asUser(
      database,
      owner,
      sql`update meta_projects set organization_id = ${org} where id = ${project.id}`,
    );
  });

  test('members know each other by name, others nobody; a membership handed to another takes its projects along', async () => {
    const people = (who: UserPrincipal) =>
      asUser(
        database,
        who,
        sql<{
          email: string;
        }>`select email from private.organization_people(${org}) where user_id = ${member.user_id}`,
      );
    expect([await people(owner), await people(stranger)]).toEqual([[{ email: 'member@example.org' }], []]);
    await asUser(
      database,
      owner,
      sql`update organization_members set user_id = ${stranger.user_id} where org_id = ${org} and user_id = ${member.user_id}`,
    );
    expect([await projectsOf(member), await projectsOf(stranger)]).toEqual([0, 1]);
    await asUser(
      database,
      owner,
      sql`delete from organization_members where org_id = ${org} and user_id = ${stranger.user_id}`,
    );
  });

  test('a deleted organization leaves its projects to their owners', async () => {
    await asUser(
      database,
      owner,
      sql`insert into organization_members (org_id, user_id) values (${org}, ${member.user_id})`,
    );
    expect(await projectsOf(member)).toBe(1);
    await asUser(database, owner, sql`delete from organizations`);
    expect([await projectsOf(owner), await projectsOf(member)]).toEqual([2, 0]);
  });
});

describe('rooms', () => {
  const join = (who: UserPrincipal) =>
    asUser(database, who, sql<{ role: string }>`select (join_room('project', ${project.id})).role`);
  const append = (who: UserPrincipal, id: string, parent: number) =>
    asUser(
      database,
      who,
      sql<{
        version: number;
      }>`select append_operation('project', ${project.id}, ${id}, 'insert', '{"text": "x"}', ${parent}, '"x"') as version`,
    );

  test('whoever can see the resource comes in, in the role they have there', async () => {
    await asUser(
      database,
      owner,
      sql`insert into meta_project_members (project_id, user_id, role) values (${project.id}, ${member.user_id}, 'viewer')`,
    );
    await expect(join(stranger)).rejects.toMatchObject({ code: 'forbidden' });
    expect([await join(owner), await join(member)]).toEqual([[{ role: 'owner' }], [{ role: 'viewer' }]]);
    expect(await asUser(database, owner, sql`select participant_count from collaboration_sessions`)).toEqual([
      { participant_count: 2 },
    ]);
    expect(await asUser(database, stranger, sql`select * from session_participants`)).toEqual([]);
  });

  test('operations follow one another; a stale one is refused, a repeated one applied once', async () => {
    expect(await append(owner, 'one', 0)).toEqual([{ version: 1 }]);
    expect(await append(owner, 'one', 0)).toEqual([{ version: 1 }]);
    await expect(append(owner, 'two', 0)).rejects.toMatchObject({ code: 'conflict' });
    expect(await append(owner, 'two', 1)).toEqual([{ version: 2 }]);
    await expect(append(member, 'three', 2)).rejects.toMatchObject({ code: 'forbidden' });
    const history = (who: UserPrincipal) =>
      asUser(
        database,
        who,
        sql<{ operation_id: string }>`select operation_id from get_operation_history(${project.id})`,
      );
    expect((await history(member)).map(({ operation_id }) => operation_id)).toEqual(['two', 'one']);
    expect(await history(stranger)).toEqual([]);
  });

  test('presence is shown to those one works with, and its history has one open row', async () => {
    const say = (who: UserPrincipal, status: string) =>
      asUser(
        database,
        who,
        sql`insert into presence_status (status, current_view) values (${status}::presence_status_enum, ${JSON.stringify({ type: 'project', id: project.id })}::jsonb)
        on conflict (user_id) do update set status = excluded.status, last_active = now()`,
      );
    await say(member, 'online');
    await say(member, 'away');
    const viewing = (who: UserPrincipal) =>
      asUser(database, who, sql`select status from get_users_viewing_resource('project', ${project.id})`);
    expect([await viewing(owner), await viewing(stranger)]).toEqual([[{ status: 'away' }], []]);
    expect(
      await asUser(
        database,
        owner,
        sql`select role, status from get_active_room_users(${`project:${project.id}`}) where user_id = ${member.user_id}`,
      ),
    ).toEqual([{ role: 'viewer', status: 'away' }]);
    await asService(database, sql`update presence_status set last_active = now() - interval '2 hours'`);
    expect(await asService(database, sql`select cleanup_stale_presence() as n`)).toEqual([{ n: 1 }]);
    expect(
      await asService(database, sql`select status, ended_at is not null as ended from presence_history`),
    ).toEqual([{ status: 'away', ended: true }]);
  });

  test('a room nobody is in ends; losing the project closes it; deleting the resource takes it along', async () => {
    await asUser(database, member, sql`select leave_room(${`project:${project.id}`})`);
    await asService(database, sql`update session_participants set joined_at = now() - interval '1 hour'`);
    expect(await asService(database, sql`select end_inactive_sessions() as n`)).toEqual([{ n: 1 }]);
    await join(member);
    await asUser(database, owner, sql`delete from meta_project_members where user_id = ${member.user_id}`);
    expect(await asUser(database, member, sql`select * from realtime_resource_state`)).toEqual([]);
    const other = await createProject(database, owner, 'Short');
    const task = await createTask(database, owner, other, 'Talked about');
    await asUser(database, owner, sql`select join_room('task', ${task})`);
    await asUser(database, owner, sql`delete from meta_projects where id = ${other.id}`);
    expect(
      await asService(database, sql`select from collaboration_sessions where resource_id = ${task}`),
    ).toEqual([]);
    await expect(asUser(database, owner, sql`select join_room('tasks', ${task})`)).rejects.toThrow(
      'no rooms about "tasks"',
    );
  });
});

describe('ideas', () => {
  test('a gate opens the next phase when nothing is missing, and only so', async () => {
    const [template] = await asUser(
      database,
      owner,
      sql<{ id: string }>`select id from idea_project_templates where name = 'New Product'`,
    );
    const idea = await insert(
      owner,
      sql<{
        id: string;
      }>`insert into idea_projects (name, template_id) values ('Kite', ${template?.id ?? ''}) returning id`,
    );
    const [phase] = await asUser(
      database,
      owner,
      sql<{
        id: string;
      }>`select id from idea_project_phases where project_id = ${idea} and status = 'active'`,
    );
    const id = phase?.id ?? '';
    const missing = async () =>
      (await asUser(database, owner, sql<{ id: string }>`select id from missing_for_gate(${id})`))
        .map((m) => m.id)
        .sort();
    expect(await missing()).toEqual([
      'initial_idea',
      'problem',
      'problem_validated',
      'target_users',
      'users_identified',
    ]);
    const approve = (who: UserPrincipal, which = id, skip = false) =>
      asUser(database, who, sql`select (decide_gate(${which}, 'approved', 'fine', ${skip})).status`);
    await expect(approve(owner)).rejects.toThrow('cannot be approved yet');
    await expect(
      asUser(database, owner, sql`update idea_project_phases set status = 'completed'`),
    ).rejects.toMatchObject({ code: 'forbidden' });
    await asUser(
      database,
      owner,
      sql`update idea_project_phases set inputs = '{"initial_idea": "a", "target_users": "b", "problem": "c"}',
      gate_results = '{"problem_validated": true, "users_identified": true}' where id = ${id}`,
    );
    await expect(approve(withAgent(owner))).rejects.toMatchObject({ code: 'forbidden' });
    await expect(approve(stranger)).rejects.toMatchObject({ code: 'not_found' });
    expect(await approve(owner)).toEqual([{ status: 'completed' }]);
    expect(await asUser(database, owner, sql`select current_phase from idea_projects`)).toEqual([
      { current_phase: 'ideation' },
    ]);
    for (const name of ['ideation', 'specification', 'planning', 'implementation', 'launch']) {
      const [next] = await asUser(
        database,
        owner,
        sql<{
          id: string;
        }>`select id from idea_project_phases where project_id = ${idea} and phase = ${name}`,
      );
      await approve(owner, next?.id, true);
    }
    expect(await asUser(database, owner, sql`select overall_status from idea_projects`)).toEqual([
      { overall_status: 'completed' },
    ]);
    expect(
      await asUser(
        database,
        owner,
        sql`select phases_completed, total_phases, progress_percentage::float8 as p from get_project_progress(${idea})`,
      ),
    ).toEqual([{ phases_completed: 6, total_phases: 6, p: 100 }]);
    expect(
      await asUser(
        database,
        stranger,
        sql`select phases_completed, progress_percentage::float8 as p from get_project_progress(${idea})`,
      ),
    ).toEqual([{ phases_completed: 0, p: 0 }]);
  });

  test('every text of an artifact is kept; the templates are whole', async () => {
    const [phase] = await asUser(
      database,
      owner,
      sql<{ id: string }>`select id from idea_project_phases limit 1`,
    );
    const artifact = await insert(
      owner,
      sql<{
        id: string;
      }>`insert into idea_phase_artifacts (phase_id, name, content) values (${phase?.id ?? ''}, 'Plan', 'one') returning id`,
    );
    await asUser(
      database,
      owner,
      sql`update idea_phase_artifacts set content = 'two', change_summary = 'better' where id = ${artifact}`,
    );
    expect(
      await asUser(
        database,
        owner,
        sql`select version, content, change_summary from idea_artifact_revisions order by version`,
      ),
    ).toEqual([
      { version: 1, content: 'one', change_summary: null },
      { version: 2, content: 'two', change_summary: 'better' },
    ]);
    const templates = await asUser(
      database,
      stranger,
      sql`select name, project_type, jsonb_array_length(phases) as phases,
        (select sum(jsonb_array_length(p -> 'inputs'))::int from jsonb_array_elements(phases) p) as inputs,
        (select sum(jsonb_array_length(p -> 'outputs'))::int from jsonb_array_elements(phases) p) as outputs,
        (select sum(jsonb_array_length(p -> 'gates'))::int from jsonb_array_elements(phases) p) as gates
        from idea_project_templates order by name`,
    );
    expect(templates).toEqual([
      { name: 'AI Bot / Assistant', project_type: 'bot', phases: 6, inputs: 6, outputs: 14, gates: 6 },
      {
        name: 'Lead Generation System',
        project_type: 'lead_gen',
        phases: 6,
        inputs: 5,
        outputs: 13,
        gates: 6,
      },
      { name: 'Marketing Campaign', project_type: 'marketing', phases: 6, inputs: 6, outputs: 13, gates: 6 },
      { name: 'New Product', project_type: 'product', phases: 6, inputs: 9, outputs: 17, gates: 8 },
    ]);
  });
});

describe('limits of use', () => {
  test('what is settled counts in its day, and a limit stops the next call', async () => {
    const use = (cost: number) =>
      asService(
        database,
        sql`insert into api_usage (user_id, project_id, provider, model, endpoint, input_tokens, cost_usd, status)
      values (${owner.user_id}, ${project.id}, 'x', 'm', 'chat', 100, ${cost}, 'settled')`,
      );
    await use(0.5);
    await use(0.25);
    await asService(database, sql`update api_usage set cost_usd = 0.35 where cost_usd = 0.25`);
    expect(
      await asUser(
        database,
        owner,
        sql`select calls, input_tokens, cost_usd::float8 as cost from usage_daily`,
      ),
    ).toEqual([{ calls: 2, input_tokens: 200, cost: 0.85 }]);
    const check = (cost: number) =>
      asUser(database, owner, sql`select check_usage_limits(${owner.user_id}, ${project.id}, 0, ${cost})`);
    await check(100);
    await expect(
      asUser(
        database,
        owner,
        sql`insert into usage_limits (user_id, max_cost_usd) values (${owner.user_id}, 99)`,
      ),
    ).rejects.toMatchObject({ code: 'forbidden' });
    await asUser(
      database,
      admin,
      sql`insert into usage_limits (user_id, max_cost_usd) values (${owner.user_id}, 1)`,
    );
    await check(0.1);
    await expect(check(0.2)).rejects.toMatchObject({ code: 'budget_exceeded' });
    await asUser(
      database,
      owner,
      sql`insert into usage_limits (project_id, max_tokens, period) values (${project.id}, 150, 'day')`,
    );
    await expect(check(0)).rejects.toThrow('project limit per day');
    expect(await asUser(database, stranger, sql`select * from get_usage_limits(${project.id})`)).toEqual([]);
    await expect(
      asUser(database, withAgent(owner), sql`update usage_limits set max_tokens = 9`),
    ).rejects.toMatchObject({ code: 'forbidden' });
  });
});
