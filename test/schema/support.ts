import { type RawBuilder, sql } from 'kysely';
import type { Database, Session, UserPrincipal } from '../../src/database/index.ts';

/** Rows of a statement within a session. */
export async function rows<T>(session: Session, statement: RawBuilder<T>): Promise<T[]> {
  return (await statement.execute(session)).rows;
}

/** The only row of a statement. */
export async function row<T>(session: Session, statement: RawBuilder<T>): Promise<T> {
  const all = await rows(session, statement);
  const [first] = all;
  if (first === undefined || all.length > 1) throw new Error(`expected one row, got ${all.length}`);
  return first;
}

/** One statement in a session of its own, as a person. */
export const asUser = <T>(database: Database, user: UserPrincipal, statement: RawBuilder<T>) =>
  database.as(user, (session) => rows(session, statement));

/** One statement in a session of its own, as the service. */
export const asService = <T>(database: Database, statement: RawBuilder<T>) =>
  database.asService('test', (session) => rows(session, statement));

export interface Project {
  id: string;
  workstream: string;
}

/** An active project of the user with one workstream. */
export function createProject(database: Database, owner: UserPrincipal, name = 'Apollo'): Promise<Project> {
  return database.as(owner, async (session) => {
    const { id } = await row(
      session,
      sql<{ id: string }>`insert into meta_projects (name, status) values (${name}, 'active') returning id`,
    );
    const workstream = await row(
      session,
      sql<{
        id: string;
      }>`insert into meta_workstreams (project_id, name) values (${id}, 'Main') returning id`,
    );
    return { id, workstream: workstream.id };
  });
}

/** A queued task, which waits for the tasks in `needs`. */
export function createTask(
  database: Database,
  owner: UserPrincipal,
  project: Project,
  title: string,
  needs: string[] = [],
): Promise<string> {
  return database.as(owner, async (session) => {
    const { id } = await row(
      session,
      sql<{
        id: string;
      }>`insert into meta_tasks (workstream_id, title) values (${project.workstream}, ${title})
        returning id`,
    );
    for (const need of needs)
      await rows(
        session,
        sql`insert into meta_task_dependencies (task_id, depends_on_task_id) values (${id}, ${need})`,
      );
    return id;
  });
}

/** The person with an agent at work. */
export const withAgent = (user: UserPrincipal, agent = 'writer'): UserPrincipal => ({ ...user, agent });
