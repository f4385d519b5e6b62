import { AppError, messageOf } from '../../kernel/errors.ts';

type Node = Record<string, unknown>;

/**
 * Makes sure that a text is one read-only SELECT that stays inside the caller's own rights: PostgreSQL's own parser
 * reads it, and only statements and clauses that read are let through. Functions are judged by name, since one of them
 * (`set_config`) could change who the caller is. Returns the text as it may run, with a limit around it.
 * Errors: `invalid_input` with what is not allowed.
 */
export async function readOnlySelect(
  text: string,
  functions: ReadonlySet<string>,
  limit: number,
): Promise<string> {
  const { parse } = await import('libpg-query');
  let statements: { stmt?: Node }[];
  try {
    statements = ((await parse(text)) as { stmts?: { stmt?: Node }[] }).stmts ?? [];
  } catch (error) {
    throw new AppError('invalid_input', `This is no SQL: ${messageOf(error)}.`, { fix: 'Correct it.' });
  }
  const only = statements[0]?.stmt;
  if (statements.length !== 1 || !only?.SelectStmt) throw refuse('Only one SELECT can be run.');
  check(only, functions);
  // Around a text of one statement; a trailing semicolon or comment would end the subquery.
  const bare = text.replace(/;\s*$/, '');
  return `select * from (\n${bare}\n) as query limit ${limit}`;
}

const refuse = (what: string): AppError =>
  new AppError('invalid_input', what, {
    fix: 'Write one SELECT over your own tables, without side effects.',
  });

/** Nodes that write, lock or reach elsewhere, and what to say of them. */
const refused: Record<string, string> = {
  InsertStmt: 'A query cannot insert.',
  UpdateStmt: 'A query cannot update.',
  DeleteStmt: 'A query cannot delete.',
  MergeStmt: 'A query cannot merge.',
  IntoClause: 'A query cannot make a table.',
  LockingClause: 'A query cannot lock rows.',
  ParamRef: 'A query has no parameters.',
};

function check(node: unknown, functions: ReadonlySet<string>): void {
  if (Array.isArray(node)) {
    for (const item of node) check(item, functions);
    return;
  }
  if (typeof node !== 'object' || node === null) return;
  for (const [kind, value] of Object.entries(node)) {
    if (refused[kind]) throw refuse(refused[kind]);
    if (kind === 'intoClause' || kind === 'lockingClause') throw refuse(refused.LockingClause ?? '');
    if (kind === 'FuncCall') {
      const names = ((value as Node).funcname as { String?: { sval?: string } }[] | undefined) ?? [];
      const name = names
        .map((part) => part.String?.sval ?? '')
        .join('.')
        .replace(/^pg_catalog\./, '');
      if (!functions.has(name)) throw refuse(`The function ${name} cannot be used in a query.`);
    }
    if (kind === 'RangeVar') {
      const schema = (value as Node).schemaname as string | undefined;
      const name = String((value as Node).relname);
      if (schema !== undefined && schema !== 'public') throw refuse(`The schema ${schema} cannot be read.`);
      // What other sessions run stands in the system's views.
      if (name.startsWith('pg_')) throw refuse(`The system table ${name} cannot be read.`);
    }
    check(value, functions);
  }
}
