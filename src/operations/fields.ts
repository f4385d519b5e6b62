import { z } from 'zod';

/** Field types that every contract shares, so that the same thing looks the same everywhere. */
export const id = z.uuid();
/** ISO 8601 with zone; a Date from the database is written that way. */
export const time = z.union([
  z.date().transform((date) => date.toISOString()),
  z.iso.datetime({ offset: true }),
]);
export const tokens = z.number().int().min(0);
/** US dollars. */
export const money = z.number().min(0);
export const email = z.email().max(255).toLowerCase();
export const name = z.string().trim().min(1).max(200);
export const limit = z.coerce.number().int().min(1).max(200).default(50);
export const cursor = z.string().max(500).optional();
export const ok = z.object({ ok: z.literal(true) });

/** The answer of a `list`. */
export const page = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), next: z.string().nullable() });
