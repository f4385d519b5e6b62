import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestApp, type Person, type TestApp } from '../harness/app.ts';
import { ScriptedModel } from '../harness/model.ts';
import { until } from '../harness/until.ts';

// The first account is the administrator of the server, who belongs to no organization here.
let app: TestApp;
let root: Person;
let owner: Person;
let admin: Person;
let member: Person;
let stranger: Person;
let model: ScriptedModel;
/** Of everybody but root and stranger. */
let organization_id: string;
beforeAll(async () => {
  app = await openTestApp();
  root = await app.person('root@example.org');
  owner = await app.person('owner@example.org');
  admin = await app.person('admin@example.org');
  member = await app.person('member@example.org');
  stranger = await app.person('stranger@example.org');
  model = await ScriptedModel.start(() => ({ text: 'An answer.' }));
  await model.connect(member);
  await app.work();
  organization_id = await found('Initech');
  await join(admin, organization_id, 'admin');
  await join(member, organization_id);
});
afterAll(async () => {
  await app.close();
  await model.close();
});

const code = (problem: string) => ({ problem: expect.objectContaining({ code: problem }) });
const roles = async (id: string, who = owner) =>
  (await who.client.organizations.listMembers({ organization_id: id })).items.map(({ email, role }) => [
    email,
    role,
  ]);
const expire = (id: string) =>
  app.database.withOwner((session) =>
    session.query(`update organization_invitations set expires_at = now() where id = $1`, [id]),
  );

async function found(name: string): Promise<string> {
  return (await owner.client.organizations.create({ name })).id;
}

async function join(person: Person, id: string, role: 'admin' | 'member' = 'member') {
  const { token } = await owner.client.organizations.invite({
    organization_id: id,
    email: person.email,
    role,
  });
  return person.client.organizations.acceptInvitation({ token });
}

describe('organizations', () => {
  test('are founded, found by their members and named by their admins', async () => {
    expect(await admin.client.organizations.get({ organization_id })).toMatchObject({
      name: 'Initech',
      default_project_role: 'editor',
      role: 'admin',
      member_count: 3,
      project_count: 0,
    });
    const list = async (who: Person) =>
      (await who.client.organizations.list({})).items.map(({ id, role }) => [id, role]);
    expect(await list(member)).toEqual([[organization_id, 'member']]);
    expect(await list(root)).toEqual([[organization_id, null]]);
    expect(await list(stranger)).toEqual([]);
    const rename = (who: Person, name: string) => who.client.organizations.update({ organization_id, name });
    expect(await rename(admin, 'Initrode')).toMatchObject({ name: 'Initrode', role: 'admin' });
    for (const who of [member, root])
      await expect(rename(who, 'Mine')).rejects.toMatchObject(code('forbidden'));
    await expect(rename(stranger, 'Mine')).rejects.toMatchObject(code('not_found'));
    await expect(rename(owner, ' ')).rejects.toMatchObject(code('invalid_input'));
  });

  test('are deleted by an owner who says their name; projects stay with their owners', async () => {
    const id = await found('Short-lived');
    await join(admin, id, 'admin');
    const project = await admin.client.projects.create({ name: 'Outlives it' });
    await admin.client.organizations.addProject({ organization_id: id, project_id: project.id });
    await owner.client.usage.setLimit({ organization_id: id, max_tokens: 1 });
    const remove = (who: Person, confirm = 'Short-lived') =>
      who.client.organizations.delete({ organization_id: id, confirm });
    await expect(remove(owner, 'Something')).rejects.toMatchObject(code('invalid_input'));
    await expect(remove(admin)).rejects.toMatchObject(code('forbidden'));
    await expect(remove(stranger)).rejects.toMatchObject(code('not_found'));
    expect(await owner.client.projects.get({ project_id: project.id })).toMatchObject({ role: 'owner' });
    await remove(owner);
    await expect(owner.client.projects.get({ project_id: project.id })).rejects.toMatchObject(
      code('not_found'),
    );
    expect(await admin.client.projects.get({ project_id: project.id })).toMatchObject({
      organization_id: null,
      organization_name: null,
    });
    expect((await owner.client.usage.listLimits({})).items).toEqual([]);
  });
});

describe('members', () => {
  test('are shown to one another, owners first', async () => {
    const all = [
      [owner.email, 'owner'],
      [admin.email, 'admin'],
      [member.email, 'member'],
    ];
    expect(await roles(organization_id, member)).toEqual(all);
    expect(await roles(organization_id, root)).toEqual(all);
    await expect(roles(organization_id, stranger)).rejects.toMatchObject(code('not_found'));
  });

  test('get their role from an admin, owners from an owner', async () => {
    const id = await found('Ranks');
    await join(admin, id, 'admin');
    await join(member, id);
    const change = (who: Person, whom: Person, role: 'owner' | 'admin' | 'member') =>
      who.client.organizations.updateMember({ organization_id: id, user_id: whom.id, role });
    await expect(change(member, member, 'admin')).rejects.toMatchObject(code('forbidden'));
    expect(await change(admin, member, 'admin')).toMatchObject({ email: member.email, role: 'admin' });
    for (const [whom, role] of [
      [admin, 'owner'],
      [member, 'owner'],
      [owner, 'member'],
    ] as const)
      await expect(change(admin, whom, role)).rejects.toMatchObject({
        problem: { code: 'forbidden', fix: 'Ask an owner of the organization.' },
      });
    await expect(change(owner, stranger, 'admin')).rejects.toMatchObject(code('not_found'));
    await expect(change(root, member, 'member')).rejects.toMatchObject(code('forbidden'));
    await change(owner, member, 'owner');
    expect(await roles(id)).toEqual([
      [owner.email, 'owner'],
      [member.email, 'owner'],
      [admin.email, 'admin'],
    ]);
  });

  test('leave and are removed, but not the last owner', async () => {
    const id = await found('Goodbye');
    await join(admin, id, 'admin');
    await join(member, id);
    const remove = (who: Person, whom: Person) =>
      who.client.organizations.removeMember({ organization_id: id, user_id: whom.id });
    const leave = (who: Person) => who.client.organizations.leave({ organization_id: id });
    const lastOwner = {
      problem: expect.objectContaining({
        code: 'invalid_input',
        detail: 'The last owner of an organization cannot leave it',
        fix: 'Make somebody else owner first, or delete the organization.',
      }),
    };
    await expect(remove(member, admin)).rejects.toMatchObject(code('forbidden'));
    await expect(remove(admin, owner)).rejects.toMatchObject(code('forbidden'));
    await expect(leave(stranger)).rejects.toMatchObject(code('not_found'));
    await expect(leave(owner)).rejects.toMatchObject(lastOwner);
    await expect(
      owner.client.organizations.updateMember({ organization_id: id, user_id: owner.id, role: 'admin' }),
    ).rejects.toMatchObject(lastOwner);
    await remove(admin, member);
    await expect(leave(member)).rejects.toMatchObject(code('not_found'));
    await owner.client.organizations.updateMember({ organization_id: id, user_id: admin.id, role: 'owner' });
    await leave(owner);
    expect(await roles(id, admin)).toEqual([[admin.email, 'owner']]);
    await expect(owner.client.organizations.get({ organization_id: id })).rejects.toMatchObject(
      code('not_found'),
    );
    await admin.client.organizations.delete({ organization_id: id, confirm: 'Goodbye' });
  });
});

describe('invitations', () => {
  const view = (who: Person, token: string) => who.client.organizations.viewInvitation({ token });
  const accept = (who: Person, token: string) => who.client.organizations.acceptInvitation({ token });
  const invite = (who: Person, email: string, id = organization_id) =>
    who.client.organizations.invite({ organization_id: id, email });
  const open = async (who: Person) =>
    (await who.client.organizations.listInvitations({ organization_id })).items.map(({ email }) => email);

  test('are made, listed and revoked by admins; the token is stored as a hash alone', async () => {
    const { invitation, token } = await invite(admin, 'Somebody@Example.org');
    expect(invitation).toMatchObject({ email: 'somebody@example.org', role: 'member' });
    expect(token.length).toBeGreaterThan(40);
    expect(await open(owner)).toEqual(['somebody@example.org']);
    for (const who of [member, stranger])
      await expect(invite(who, 'friend@example.org')).rejects.toMatchObject(
        code(who === member ? 'forbidden' : 'not_found'),
      );
    expect(await open(member)).toEqual([]);
    const stored = await app.database.withOwner(async (session) => {
      const { rows } = await session.query('select i::text as row from organization_invitations i');
      return rows.map(({ row }) => row as string).join('\n');
    });
    expect(stored).toContain('somebody@example.org');
    expect(stored).not.toContain(token);
    const revoke = (who: Person) =>
      who.client.organizations.revokeInvitation({ organization_id, invitation_id: invitation.id });
    await expect(revoke(member)).rejects.toMatchObject(code('not_found'));
    await revoke(owner);
    expect(await open(owner)).toEqual([]);
    const somebody = await app.person('somebody@example.org');
    await expect(accept(somebody, token)).rejects.toMatchObject(code('not_found'));
  });

  test('join the person who is invited, once', async () => {
    const newcomer = await app.person('newcomer@example.org');
    const { token } = await invite(owner, newcomer.email);
    expect(await view(newcomer, token)).toMatchObject({
      organization: { id: organization_id },
      role: 'member',
      invited_by: owner.email,
    });
    for (const look of [view, accept])
      await expect(look(stranger, token)).rejects.toMatchObject({
        problem: { code: 'forbidden', detail: 'This invitation is for another e-mail address.' },
      });
    expect(await accept(newcomer, token)).toMatchObject({ id: organization_id, role: 'member' });
    expect(await open(owner)).toEqual([]);
    await expect(accept(newcomer, token)).rejects.toMatchObject({
      problem: { code: 'conflict', details: { organization_id } },
    });
    await expect(invite(owner, newcomer.email)).rejects.toMatchObject(code('conflict'));
    await newcomer.client.organizations.leave({ organization_id });
    await expect(accept(newcomer, token)).rejects.toMatchObject({
      problem: { code: 'conflict', detail: 'This invitation was used already.' },
    });
  });

  test('end: they expire, and a newer one of the same address replaces them', async () => {
    const late = await app.person('late@example.org');
    const first = await invite(owner, late.email);
    const second = await invite(admin, late.email);
    expect(await open(owner)).toEqual([late.email]);
    await expect(accept(late, first.token)).rejects.toMatchObject(code('not_found'));
    await expire(second.invitation.id);
    for (const look of [view, accept])
      await expect(look(late, second.token)).rejects.toMatchObject({
        problem: { code: 'conflict', detail: 'This invitation has expired.' },
      });
    // Still listed, so that whoever sent it sees why nobody came.
    expect(await open(owner)).toEqual([late.email]);
    await expect(view(late, 'guessed')).rejects.toMatchObject(code('not_found'));
  });
});

describe('projects of an organization', () => {
  test('are given by an owner who belongs to it, and used by its members in its role', async () => {
    const { id: project_id } = await owner.client.projects.create({ name: 'Shared' });
    const give = (who: Person) => who.client.organizations.addProject({ organization_id, project_id });
    const take = (who: Person) => who.client.organizations.removeProject({ organization_id, project_id });
    const roleOf = async (who: Person) => (await who.client.projects.get({ project_id })).role;
    await expect(give(member)).rejects.toMatchObject(code('not_found'));
    await give(owner);
    expect(await roleOf(member)).toBe('editor');
    expect(await roleOf(admin)).toBe('owner');
    await owner.client.organizations.update({ organization_id, default_project_role: 'viewer' });
    expect(await roleOf(member)).toBe('viewer');
    await owner.client.organizations.update({ organization_id, default_project_role: 'editor' });
    const listed = await member.client.projects.list({ organization_id });
    expect(listed.items).toMatchObject([{ id: project_id, organization_id, organization_name: 'Initrode' }]);
    await expect(give(stranger)).rejects.toMatchObject(code('not_found'));
    await expect(take(member)).rejects.toMatchObject(code('forbidden'));
    // An admin owns it through the organization alone and loses it with it.
    await take(admin);
    for (const who of [admin, member]) await expect(roleOf(who)).rejects.toMatchObject(code('not_found'));
    await expect(take(owner)).rejects.toMatchObject(code('not_found'));
  });

  test('come only from who belongs to it', async () => {
    const { id: project_id } = await root.client.projects.create({ name: 'Of the server' });
    await expect(root.client.organizations.addProject({ organization_id, project_id })).rejects.toMatchObject(
      code('forbidden'),
    );
  });

  test('stop at a limit of the organization, whoever asks; others go on', async () => {
    const { id: project_id } = await owner.client.projects.create({ name: 'Limited' });
    await owner.client.organizations.addProject({ organization_id, project_id });
    const set = (who: Person, max_tokens: number) =>
      who.client.usage.setLimit({ organization_id, period: 'total', max_tokens });
    for (const who of [member, stranger]) await expect(set(who, 5)).rejects.toMatchObject(code('forbidden'));
    expect(await set(admin, 5)).toMatchObject({ scope: 'organization', name: 'Initrode', may_change: true });
    expect((await member.client.usage.listLimits({})).items).toMatchObject([
      { organization_id, holds_for_caller: true, may_change: false },
    ]);
    const ask = async (inside?: string) => {
      const { id } = await member.client.conversations.create({ project_id: inside });
      await member.client.conversations.send({ conversation_id: id, content: 'What?' });
      return until(async () => {
        const { messages } = await member.client.conversations.get({ conversation_id: id });
        const last = messages.at(-1);
        return last?.role === 'assistant' && last.status !== 'streaming' ? last : undefined;
      }, 'the answer ended');
    };
    const refused = await ask(project_id);
    expect(refused).toMatchObject({ status: 'failed' });
    expect(refused.error).toContain('The organization limit in total allows 5 tokens');
    expect(refused.error).toContain('raise it on the page of the organization, as an owner or admin of it');
    expect(model.asked).toEqual([]);
    expect(await ask()).toMatchObject({ status: 'complete' });
    await set(owner, 1e9);
    expect(await ask(project_id)).toMatchObject({ status: 'complete' });
  });
});
