import type { z } from 'zod';
import { type Database, found, type UserPrincipal } from '../../database/index.ts';
import { AppError } from '../../kernel/errors.ts';
import { newToken } from '../../kernel/ids.ts';
import { decodeCursor, toPage } from '../../kernel/page.ts';
import type { UserContext } from '../../operations/index.ts';
import type { FileService } from '../files/index.ts';
import { type Persona, persona, type personasContract } from './contract.ts';
import * as queries from './queries.ts';

type Input<K extends keyof typeof personasContract> = z.output<(typeof personasContract)[K]['input']>;

/** Personas: who speaks, how, from which knowledge. Their creator changes them; who may use them, the database says. */
export class PersonaService {
  readonly #database: Database;
  readonly #files: FileService;

  constructor(database: Database, files: FileService) {
    this.#database = database;
    this.#files = files;
  }

  async list({ principal }: UserContext, { cursor, ...filter }: Input<'list'>) {
    const rows = await this.#database.as(principal, (session) =>
      queries.listPersonas(session, { ...filter, cursor: cursor ? decodeCursor(cursor) : undefined }),
    );
    return readable(toPage(rows, filter.limit));
  }

  async categories({ principal }: UserContext) {
    return { items: await this.#database.as(principal, (session) => queries.listCategories(session)) };
  }

  async get({ principal }: UserContext, id: string): Promise<Persona> {
    const row = await this.#database.as(principal, (session) => queries.findPersona(session, id));
    return persona.parse(found(row, 'The persona'));
  }

  async create({ principal }: UserContext, { slug, ...input }: Input<'create'>): Promise<Persona> {
    const row = await this.#database.as(principal, (session) =>
      queries.insertPersona(session, { ...input, slug: slug ?? slugOf(input.name) }),
    );
    return persona.parse(row);
  }

  async update({ principal }: UserContext, { persona_id, ...change }: Input<'update'>): Promise<Persona> {
    const row = await this.#database.as(principal, (session) =>
      Object.keys(change).length === 0
        ? queries.findPersona(session, persona_id)
        : queries.updatePersona(session, persona_id, principal.user_id, change),
    );
    return persona.parse(found(row, 'The persona'));
  }

  async delete({ principal }: UserContext, id: string) {
    found(
      await this.#database.as(principal, (session) => queries.deletePersona(session, id, principal.user_id)),
      'The persona',
    );
    return { ok: true as const };
  }

  async listKnowledge({ principal }: UserContext, id: string) {
    return this.#database.as(principal, async (session) => {
      await mustBeMine(session, principal, id);
      return { items: await queries.listKnowledge(session, id) };
    });
  }

  addKnowledge({ principal }: UserContext, { persona_id, file_id }: Input<'addKnowledge'>) {
    return this.#database.as(principal, async (session) => {
      await mustBeMine(session, principal, persona_id);
      return found(
        await queries.insertKnowledge(session, persona_id, file_id, principal.user_id),
        'The file',
      );
    });
  }

  removeKnowledge({ principal }: UserContext, { persona_id, knowledge_id }: Input<'removeKnowledge'>) {
    return this.#database.as(principal, async (session) => {
      await mustBeMine(session, principal, persona_id);
      found(await queries.deleteKnowledge(session, persona_id, knowledge_id), 'The file');
      return { ok: true as const };
    });
  }

  /** The persona of a chat, or by the slug that is its model name; undefined when the caller may not use it. */
  async speaker(
    principal: UserPrincipal,
    by: { id: string } | { slug: string },
  ): Promise<Persona | undefined> {
    const row = await this.#database.as(principal, (session) =>
      'id' in by ? queries.findPersona(session, by.id) : queries.findBySlug(session, by.slug),
    );
    return row && persona.parse(row);
  }

  /** Slugs of the personas the caller sees, for the list of models. */
  async slugs(principal: UserPrincipal): Promise<string[]> {
    const rows = await this.#database.as(principal, (session) =>
      queries.listPersonas(session, { limit: 500 }),
    );
    return rows.map(({ slug }) => slug);
  }

  /**
   * Passages of what a persona knows. Its files are its creator's and stay closed; whoever may use the persona, which
   * the caller has seen to, is shown what it draws from them.
   */
  async searchKnowledge(
    principal: UserPrincipal,
    speaker: Persona,
    query: string,
    limit: number,
    signal?: AbortSignal,
  ) {
    const ids = await this.#database.asService('knowledge of a persona', (session) =>
      queries.knowledgeFiles(session, speaker.id),
    );
    if (ids.length === 0) return [];
    return this.#files.searchShared(principal, ids, query, limit, signal);
  }
}

const readable = <T extends { items: unknown[]; next: string | null }>({ items, next }: T) => ({
  items: items.map((row) => persona.parse(row)),
  next,
});

/** Errors: `not_found`, also for a persona that everybody may use and only its creator change. */
async function mustBeMine(
  session: Parameters<typeof queries.findPersona>[0],
  principal: UserPrincipal,
  id: string,
): Promise<void> {
  const row = found(await queries.findPersona(session, id), 'The persona');
  if (row.creator_id !== principal.user_id)
    throw new AppError('not_found', 'The persona is not yours.', { fix: 'Make one of your own.' });
}

/** The name in lower case with hyphens, and an ending that makes it nobody else's. */
function slugOf(name: string): string {
  const plain = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60)
    .replace(/-+$/, '');
  const ending = newToken(4)
    .toLowerCase()
    .replace(/[^a-z0-9]/g, 'x');
  return plain === '' ? `persona-${ending}` : `${plain}-${ending}`;
}
