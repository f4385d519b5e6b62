import { z } from 'zod';
import type { Principal } from '../database/index.ts';
import { AppError } from '../kernel/errors.ts';
import { speakPlainly } from './messages.ts';
import type { CallContext, Operation, OperationShape, Scope } from './operation.ts';

speakPlainly();

/** Scopes that reach beyond one's own things: a role must grant them. */
const roleScopes = new Set<Scope>(['admin:users', 'admin:settings', 'admin:audit']);

/**
 * The one way a face runs an operation: checks the scope, checks the input, runs it.
 * Errors: `unauthenticated`, `forbidden`, `invalid_input` (details.issues names each field), and the operation's own.
 */
export function callOperation(
  operation: Operation,
  context: CallContext,
  input: unknown,
): Promise<unknown> | AsyncIterable<unknown> {
  authorize(operation.scope, context.principal);
  if (operation.scope === 'signed-in' && operation.method !== 'GET') mustBeWhole(context.principal);
  const parsed = operation.input.strict().safeParse(input ?? {});
  if (!parsed.success) throw invalidInput(parsed.error);
  return operation.handle(context, parsed.data);
}

/** Errors: `unauthenticated` for nobody, `forbidden` for somebody without the scope. */
export function authorize(scope: Scope, principal: Principal): void {
  if (scope === 'public') return;
  if (principal.kind === 'anonymous')
    throw new AppError('unauthenticated', 'You are not signed in.', {
      fix: 'Sign in, or send an API key as `Authorization: Bearer …`.',
    });
  if (principal.kind === 'operator') {
    if (scope === 'operator') return;
    throw new AppError('unauthenticated', 'The command line needs an API key for that.', {
      fix: 'Make one with `meta-agent key create` and set META_AGENT_KEY.',
    });
  }
  if (scope === 'signed-in') return;
  const needed = scope === 'operator' ? 'admin:users' : scope;
  if (roleScopes.has(needed) && !principal.permissions.includes(needed))
    throw new AppError('forbidden', 'Your role does not allow that.', {
      fix: 'Ask an administrator of this server.',
    });
  const held = principal.scopes.includes('*') || principal.scopes.includes(needed);
  if (!held)
    throw new AppError('forbidden', `The API key does not have the scope ${needed}.`, {
      fix: 'Create a key with that scope in Settings.',
    });
}

/** Account, sessions and model connections have no scope of their own: a limited key may look, and change nothing. */
export function mustBeWhole(principal: Principal): void {
  if (principal.kind === 'user' && !principal.scopes.includes('*'))
    throw new AppError('forbidden', 'A key with limited scopes cannot change the account.', {
      fix: 'Sign in, or use a key with every scope.',
    });
}

/** All faults of an input at once, each with its field. */
export function invalidInput(error: z.ZodError): AppError {
  const issues = error.issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map((key) => ({
        field: [...issue.path, key].join('.'),
        message: 'This field is not known.',
      }));
    return [{ field: issue.path.join('.'), message: issue.message }];
  });
  const first = issues[0];
  return new AppError(
    'invalid_input',
    first ? `${first.field ? `${first.field}: ` : ''}${first.message}` : 'The input is not valid.',
    { fix: 'Correct the named fields and send it again.', details: { issues } },
  );
}

/** JSON Schema of an operation's input, for OpenAPI, MCP and forms. */
export function inputSchema(operation: Pick<OperationShape, 'input'>): Record<string, unknown> {
  return z.toJSONSchema(operation.input, { io: 'input', unrepresentable: 'any' }) as Record<string, unknown>;
}

/** JSON Schema of an operation's answer (or of one event of a flow). */
export function outputSchema(operation: Operation): Record<string, unknown> {
  return z.toJSONSchema(operation.output, { io: 'output', unrepresentable: 'any' }) as Record<
    string,
    unknown
  >;
}
