import { sql } from 'kysely';
import type { z } from 'zod';
import { type Database, found, type Session } from '../../database/index.ts';
import type { UserContext } from '../../operations/index.ts';
import type { modelPrice, usageContract } from './contract.ts';

type SetPrice = z.output<typeof usageContract.setPrice.input>;
type PriceRow = z.input<typeof modelPrice>;

const fields = sql`id, provider, model, to_char(valid_from, 'YYYY-MM-DD') as valid_from, to_char(valid_to, 'YYYY-MM-DD') as valid_to,
  input_per_million, output_per_million, cached_per_million, reasoning_per_million, source`;

/** Prices kept by administrators, which override the bundled ones. Everybody may read what they pay. */
export class Prices {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async list(context: UserContext) {
    const items = await this.#database.as(context.principal, async (session) => {
      const { rows } = await sql<PriceRow>`
        select ${fields} from model_prices p order by provider, model, p.valid_from desc`.execute(session);
      return rows;
    });
    return { items, next: null };
  }

  set(context: UserContext, input: SetPrice) {
    return this.#database.as(context.principal, (session) => upsert(session, input));
  }

  async delete(context: UserContext, id: string) {
    await this.#database.as(context.principal, async (session) =>
      found(
        await session.deleteFrom('model_prices').where('id', '=', id).returning('id').executeTakeFirst(),
        'The price',
      ),
    );
    return { ok: true as const };
  }
}

async function upsert(session: Session, input: SetPrice): Promise<PriceRow> {
  const { rows } = await sql<PriceRow>`
    insert into model_prices (provider, model, valid_from, valid_to, input_per_million, output_per_million, cached_per_million,
      reasoning_per_million, source)
    values (${input.provider}, ${input.model}, coalesce(${input.valid_from ?? null}::date, (now() at time zone 'utc')::date),
      ${input.valid_to}::date, ${input.input_per_million}, ${input.output_per_million}, ${input.cached_per_million},
      ${input.reasoning_per_million}, ${input.source})
    on conflict (provider, model, valid_from) do update set valid_to = excluded.valid_to,
      input_per_million = excluded.input_per_million, output_per_million = excluded.output_per_million,
      cached_per_million = excluded.cached_per_million, reasoning_per_million = excluded.reasoning_per_million,
      source = excluded.source
    returning ${fields}`.execute(session);
  return found(rows[0], 'The price');
}
