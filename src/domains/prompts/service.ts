import type { z } from 'zod';
import { type Database, found, type Session } from '../../database/index.ts';
import { AppError } from '../../kernel/errors.ts';
import { decodeCursor, toPage } from '../../kernel/page.ts';
import type { UserContext } from '../../operations/index.ts';
import { embedQuery } from '../../providers/embedding/index.ts';
import type { PersonalEmbedding } from '../usage/index.ts';
import type { promptsContract } from './contract.ts';
import * as queries from './queries.ts';
import { variablesOf } from './template.ts';

type Input<K extends keyof typeof promptsContract> = z.output<(typeof promptsContract)[K]['input']>;

/** Prompts that people keep, share and fill in. */
export class PromptService {
  readonly #database: Database;
  readonly #embedding: PersonalEmbedding;

  constructor(database: Database, embedding: PersonalEmbedding) {
    this.#database = database;
    this.#embedding = embedding;
  }

  async list(context: UserContext, input: Input<'list'>) {
    const rows = await this.#database.as(context.principal, (session) =>
      queries.listPrompts(session, {
        ...input,
        user_id: context.principal.user_id,
        cursor: input.cursor ? decodeCursor(input.cursor) : undefined,
      }),
    );
    const { items, next } = toPage(rows, input.limit);
    return { items: items.map(toPrompt), next };
  }

  async search(context: UserContext, { query, category_id, limit }: Input<'search'>) {
    const vector = await embedQuery(this.#embedding.for(context.principal), query, context.signal);
    const rows = await this.#database.as(context.principal, (session) =>
      queries.searchPrompts(session, {
        query,
        ...vector,
        filter: category_id === undefined ? {} : { category_id },
        limit,
      }),
    );
    return { items: rows.map(toPrompt), next: null };
  }

  create(context: UserContext, { file_ids, ...input }: Input<'create'>) {
    return this.#database.as(context.principal, async (session) => {
      const { id } = await queries.insertPrompt(session, {
        ...input,
        variables: variablesOf(input.content, input.variables),
      });
      await setFiles(session, id, file_ids);
      return toPrompt(await readPrompt(session, id));
    });
  }

  get(context: UserContext, id: string) {
    return this.#database.as(context.principal, async (session) => toPrompt(await readPrompt(session, id)));
  }

  /** Errors: `not_found`, `conflict` when somebody changed the content since `version`, `invalid_input` without it. */
  update(context: UserContext, { prompt_id: id, version, file_ids, ...change }: Input<'update'>) {
    if (change.content !== undefined && version === undefined)
      throw new AppError('invalid_input', 'version: Say which version the content was made from.', {
        fix: 'Send the `version` the prompt had when you read it.',
        details: { issues: [{ field: 'version', message: 'Say which version the content was made from.' }] },
      });
    return this.#database.as(context.principal, async (session) => {
      const now = await readPrompt(session, id);
      const content = change.content ?? now.content;
      const variables =
        change.content === undefined && change.variables === undefined
          ? undefined
          : variablesOf(content, change.variables ?? now.variables);
      await changePrompt(session, now, { ...change, variables }, version);
      if (file_ids) await setFiles(session, id, file_ids);
      return toPrompt(await readPrompt(session, id));
    });
  }

  async delete(context: UserContext, id: string) {
    await this.#database.as(context.principal, async (session) => {
      found(await queries.deletePrompt(session, id), 'The prompt');
    });
    return { ok: true as const };
  }

  async use(context: UserContext, id: string) {
    await this.#database.as(context.principal, async (session) => {
      await readPrompt(session, id);
      await queries.notePromptUse(session, id);
    });
    return { ok: true as const };
  }

  async versions(context: UserContext, { prompt_id, limit, cursor }: Input<'versions'>) {
    const rows = await this.#database.as(context.principal, async (session) => {
      await readPrompt(session, prompt_id);
      return queries.listVersions(session, prompt_id, {
        limit,
        cursor: cursor ? decodeCursor(cursor) : undefined,
      });
    });
    const { items, next } = toPage(rows, limit);
    return { items: items.map(({ id: _, ...version }) => version), next };
  }

  restore(context: UserContext, { prompt_id, version }: Input<'restore'>) {
    return this.#database.as(context.principal, async (session) => {
      const now = await readPrompt(session, prompt_id);
      const { title, content, variables } = found(
        await queries.findVersion(session, prompt_id, version),
        'The version',
      );
      await changePrompt(
        session,
        now,
        { title: title ?? now.title, content, variables: variablesOf(content, variables) },
        now.version,
      );
      return toPrompt(await readPrompt(session, prompt_id));
    });
  }

  async exportFile(context: UserContext) {
    const rows = await this.#database.as(context.principal, (session) =>
      queries.ownPrompts(session, context.principal.user_id),
    );
    return {
      format: 'meta-agent-prompts' as const,
      prompts: rows.map((row) => ({ ...row, variables: variablesOf(row.content, row.variables) })),
    };
  }

  /** Takes prompts as the caller's own, in categories of the same names. What is there word for word is left out. */
  async importFile(context: UserContext, { prompts }: Input<'importFile'>) {
    return this.#database.as(context.principal, async (session) => {
      const have = new Set(
        (await queries.ownPrompts(session, context.principal.user_id)).map(({ title, content }) =>
          JSON.stringify([title, content]),
        ),
      );
      const categories = new Map(
        (await queries.listCategories(session)).map(({ name, id }) => [name.toLowerCase(), id]),
      );
      let imported = 0;
      for (const { category, ...entry } of prompts) {
        const key = JSON.stringify([entry.title, entry.content]);
        if (have.has(key)) continue;
        have.add(key);
        if (category !== null && !categories.has(category.toLowerCase())) {
          const { id } = await queries.insertCategory(session, { name: category, is_shared: false });
          categories.set(category.toLowerCase(), id);
        }
        await queries.insertPrompt(session, {
          ...entry,
          variables: variablesOf(entry.content, entry.variables),
          category_id: category === null ? null : (categories.get(category.toLowerCase()) ?? null),
        });
        imported++;
      }
      return { imported, left_out: prompts.length - imported };
    });
  }

  async listCategories(context: UserContext) {
    const items = await this.#database.as(context.principal, (session) => queries.listCategories(session));
    return { items };
  }

  createCategory(context: UserContext, input: Input<'createCategory'>) {
    return this.#database.as(context.principal, (session) => queries.insertCategory(session, input));
  }

  updateCategory(context: UserContext, { category_id, ...change }: Input<'updateCategory'>) {
    return this.#database.as(context.principal, async (session) => {
      if (Object.values(change).every((value) => value === undefined)) {
        const items = await queries.listCategories(session);
        return found(
          items.find(({ id }) => id === category_id),
          'The category',
        );
      }
      return found(await queries.updateCategory(session, category_id, change), 'The category');
    });
  }

  async deleteCategory(context: UserContext, id: string) {
    await this.#database.as(context.principal, async (session) => {
      found(await queries.deleteCategory(session, id), 'The category');
    });
    return { ok: true as const };
  }
}

/** The caller's own files with a prompt are these from now on. Errors: `not_found`. */
async function setFiles(session: Session, id: string, fileIds: string[]): Promise<void> {
  await queries.deleteFiles(session, id);
  const wanted = [...new Set(fileIds)];
  if (wanted.length > 0 && (await queries.insertFiles(session, id, wanted)) < wanted.length)
    throw new AppError('not_found', 'A file that is to go along does not exist.', {
      fix: 'Remove it, or upload it again.',
    });
}

const toPrompt = <R extends queries.PromptRow>(row: R) => ({
  ...row,
  tags: row.tags as string[],
  variables: variablesOf(row.content, row.variables),
});

const readPrompt = async (session: Session, id: string): Promise<queries.PromptRow> =>
  found(await queries.findPrompt(session, id), 'The prompt');

/** Changes a prompt while it is still the version given. Errors: `forbidden` for readers, `conflict`. */
async function changePrompt(
  session: Session,
  now: queries.PromptRow,
  change: queries.PromptChange,
  version: number | undefined,
): Promise<void> {
  if (!now.can_edit)
    throw new AppError('forbidden', 'You may only use this prompt.', {
      fix: 'Make a copy of your own, and change that.',
    });
  const changed = Object.values(change).some((value) => value !== undefined);
  if (!changed || (await queries.updatePrompt(session, now.id, change, version))) return;
  const { version: present } = await readPrompt(session, now.id);
  throw new AppError('conflict', `The prompt was changed meanwhile: it is at version ${present}.`, {
    fix: 'Read that version, make your change in it, and send it with its number.',
    details: { version: present },
  });
}
