import type { Session } from '../../database/index.ts';

/**
 * Whoever ends or begins a task looks at the others under this lock: of two that end the last two tasks at the same
 * time, neither would see that the other has.
 */
export const lockProject = (session: Session, id: string) =>
  session.selectFrom('meta_projects').select('id').where('id', '=', id).forNoKeyUpdate().execute();

/** A project whose tasks have all ended is completed. */
export async function completeProject(session: Session, id: string): Promise<void> {
  await lockProject(session, id);
  await session
    .updateTable('meta_projects')
    .set({ status: 'completed' })
    .where('id', '=', id)
    .where('status', '=', 'active')
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('meta_tasks')
            .select('id')
            .whereRef('meta_tasks.project_id', '=', 'meta_projects.id')
            .where('meta_tasks.status', 'not in', ['done', 'cancelled']),
        ),
      ),
    )
    .execute();
}

/** A completed project that has a task to do again is active. */
export async function reopenProject(session: Session, id: string): Promise<void> {
  await lockProject(session, id);
  await session
    .updateTable('meta_projects')
    .set({ status: 'active' })
    .where('id', '=', id)
    .where('status', '=', 'completed')
    .execute();
}
