import { sql } from 'kysely';
import { z } from 'zod';
import { type Database, found, json, type Session, type UserPrincipal } from '../../database/index.ts';
import type { Clock } from '../../kernel/clock.ts';
import { AppError, messageOf } from '../../kernel/errors.ts';
import { invalidInput, type UserContext } from '../../operations/index.ts';
import type { Sandbox } from '../../providers/sandbox/index.ts';
import type { CustomFunction, customFunction, extensionsContract } from './contract.ts';

type Input<K extends keyof typeof extensionsContract> = z.output<(typeof extensionsContract)[K]['input']>;

const fields = [
  'id',
  'name',
  'description',
  'parameters',
  'handler_type',
  'handler_config',
  'enabled',
  'last_test_at',
  'last_test_status',
] as const;

/** Functions that a person wrote: tools of their own for models, run in the sandbox. */
export class Functions {
  readonly #database: Database;
  readonly #sandbox: Sandbox;
  readonly #clock: Clock;

  constructor(database: Database, sandbox: Sandbox, clock: Clock) {
    this.#database = database;
    this.#sandbox = sandbox;
    this.#clock = clock;
  }

  async list(context: UserContext) {
    const rows = await this.#rows(context.principal);
    return { items: rows.map(show), next: null };
  }

  create(context: UserContext, { name, code, hosts = [], ...input }: Input<'createFunction'>) {
    if (input.parameters) schemaOf(input.parameters);
    return this.#database.as(context.principal, async (session) =>
      show(
        await session
          .insertInto('custom_functions')
          .values({
            name,
            handler_type: 'code',
            handler_config: json({ code, hosts }),
            ...rowOf(input),
          })
          .returning(fields)
          .executeTakeFirstOrThrow(),
      ),
    );
  }

  update(context: UserContext, { id, code, hosts, ...input }: Input<'updateFunction'>) {
    if (input.parameters) schemaOf(input.parameters);
    const config = { ...(code === undefined ? {} : { code }), ...(hosts === undefined ? {} : { hosts }) };
    return this.#database.as(context.principal, async (session) =>
      show(
        found(
          await session
            .updateTable('custom_functions')
            .set({ ...rowOf(input), handler_config: sql`handler_config || ${json(config)}` })
            .where('id', '=', id)
            .returning(fields)
            .executeTakeFirst(),
          'The function',
        ),
      ),
    );
  }

  async delete(context: UserContext, id: string) {
    await this.#database.as(context.principal, async (session) =>
      found(
        await session.deleteFrom('custom_functions').where('id', '=', id).returning('id').executeTakeFirst(),
        'The function',
      ),
    );
    return { ok: true as const };
  }

  /** Runs it once for its author, and keeps how it went. */
  async run(context: UserContext, { id, input }: Input<'runFunction'>) {
    const { principal } = context;
    const row = found(
      (await this.#rows(principal)).find((candidate) => candidate.id === id),
      'The function',
    );
    const started = this.#clock.now();
    const { value, error, console } = await this.#execute(show(row), input, context.signal);
    await this.#database.asService('test of a function', (session) =>
      session
        .updateTable('custom_functions')
        .set({
          test_input: json(input),
          test_output: json(value ?? { error: error ?? null }),
          last_test_at: sql`now()`,
          last_test_status: error === undefined ? 'passed' : 'failed',
        })
        .where('id', '=', id)
        .execute(),
    );
    return {
      value: value ?? null,
      error: error ?? null,
      console,
      duration_ms: Math.round(this.#clock.now() - started),
    };
  }

  /** Those that models may call. */
  async enabled(session: Session, principal: UserPrincipal): Promise<CustomFunction[]> {
    return (await functionsOf(session, principal))
      .map(show)
      .filter(({ enabled, code }) => enabled && code !== null);
  }

  /** What a model's call returns. Errors: `invalid_input`, `unprocessable` when the code failed. */
  async call(fn: CustomFunction, input: Record<string, unknown>, signal: AbortSignal): Promise<unknown> {
    const { value, error, console } = await this.#execute(fn, input, signal);
    if (error !== undefined)
      throw new AppError('unprocessable', error, {
        fix: 'Correct the input, or tell the person.',
        details: { console },
      });
    return console.length > 0 ? { value: value ?? null, console } : (value ?? null);
  }

  #execute(fn: CustomFunction, input: Record<string, unknown>, signal: AbortSignal) {
    const parsed = schemaOf(fn.parameters).safeParse(input);
    if (!parsed.success) throw invalidInput(parsed.error);
    return this.#sandbox.run({ code: fn.code ?? '', input, hosts: fn.hosts }, signal);
  }

  #rows(principal: UserPrincipal) {
    return this.#database.as(principal, (session) => functionsOf(session, principal));
  }
}

const functionsOf = (session: Session, principal: UserPrincipal) =>
  session
    .selectFrom('custom_functions')
    .select(fields)
    .where('user_id', '=', principal.user_id)
    .orderBy('name')
    .execute();

/** Errors: `invalid_input` for what is no JSON Schema of an object. */
function schemaOf(parameters: Record<string, unknown>): z.ZodType {
  try {
    if (parameters.type !== 'object') throw new Error('its type has to be object');
    return z.fromJSONSchema(parameters as Parameters<typeof z.fromJSONSchema>[0]);
  } catch (error) {
    throw new AppError(
      'invalid_input',
      `parameters: This is no JSON Schema of an object: ${messageOf(error)}.`,
      {
        fix: 'Give something like {"type": "object", "properties": {"city": {"type": "string"}}}.',
      },
    );
  }
}

function rowOf({
  description,
  parameters,
  enabled,
}: Pick<Input<'updateFunction'>, 'description' | 'parameters' | 'enabled'>) {
  return {
    ...(description === undefined ? {} : { description }),
    ...(parameters === undefined ? {} : { parameters: json(parameters) }),
    ...(enabled === undefined ? {} : { enabled }),
  };
}

function show(row: Record<string, unknown>) {
  const { handler_config, ...rest } = row;
  const { code = null, hosts = [] } = handler_config as { code?: string; hosts?: string[] };
  return { ...rest, code, hosts } as unknown as CustomFunction & z.input<typeof customFunction>;
}
