import { AppError } from '../../kernel/errors.ts';
import { Passing } from './content.ts';
import { badRange, byBytes, checkName, notFound, rangeHeader } from './keys.ts';
import type {
  GetOptions,
  ListOptions,
  ObjectContent,
  ObjectInfo,
  PutOptions,
  StorageContent,
  StorageProvider,
  StoredObject,
} from './port.ts';

export interface SupabaseOptions {
  /** Address of the project, like `https://abc.supabase.co`. */
  url: string;
  serviceKey: string;
}

/** Supabase takes ASCII names only; other bytes, and `=` itself, are written `=XX`. */
const encodePart = (text: string): string =>
  [...Buffer.from(text)]
    .map((byte) =>
      /[\w./-]/.test(String.fromCharCode(byte))
        ? String.fromCharCode(byte)
        : `=${byte.toString(16).toUpperCase().padStart(2, '0')}`,
    )
    .join('');

const decodeName = (name: string): string => decodeURIComponent(name.replace(/=([\dA-F]{2})/g, '%$1'));

/** The Storage API of a Supabase project, with its service key. */
export class SupabaseStorage implements StorageProvider {
  readonly kind = 'supabase';
  readonly #base: string;
  readonly #key: string;
  readonly #fetch: typeof globalThis.fetch;

  constructor({ url, serviceKey }: SupabaseOptions, deps: { fetch: typeof globalThis.fetch }) {
    this.#base = `${url.replace(/\/+$/, '')}/storage/v1/object`;
    this.#key = serviceKey;
    this.#fetch = deps.fetch;
  }

  async #call(path: string, init: RequestInit & { duplex?: 'half' }): Promise<Response> {
    const headers = { ...init.headers, authorization: `Bearer ${this.#key}`, apikey: this.#key };
    try {
      return await this.#fetch(`${this.#base}${path}`, { ...init, headers });
    } catch (error) {
      init.signal?.throwIfAborted();
      throw new AppError('unavailable', 'Supabase Storage cannot be reached.', {
        fix: 'Check the project address.',
        cause: error,
      });
    }
  }

  async put(
    bucket: string,
    key: string,
    content: StorageContent,
    { contentType, signal }: PutOptions = {},
  ): Promise<StoredObject> {
    checkName(bucket, key);
    const passing = new Passing(content, signal);
    let fault: unknown;
    // The reason of a broken source, which fetch would hide behind a network error.
    const source = async function* (): AsyncGenerator<Uint8Array> {
      try {
        yield* passing;
      } catch (error) {
        fault = error;
        throw error;
      }
    };
    const response = await this.#call(`/${bucket}/${encodePart(key)}`, {
      method: 'POST',
      headers: { 'content-type': contentType ?? 'application/octet-stream', 'x-upsert': 'true' },
      body: ReadableStream.from(source()) as ReadableStream<Uint8Array>,
      duplex: 'half',
      signal,
    }).catch((error: unknown) => {
      throw fault ?? error;
    });
    if (!response.ok) throw await failure(response);
    return passing.stored();
  }

  async get(bucket: string, key: string, { range, signal }: GetOptions = {}): Promise<ObjectContent> {
    checkName(bucket, key);
    const path = `/authenticated/${bucket}/${encodePart(key)}`;
    const response = await this.#call(path, { headers: rangeHeader(range), signal });
    if (response.status === 416) return this.#pastEnd(bucket, key, range?.start ?? 0, signal);
    if (!response.ok) {
      const error = await failure(response);
      throw error.details?.code === 404 ? notFound(bucket, key) : error;
    }
    const whole = /\/(\d+)$/.exec(response.headers.get('content-range') ?? '')?.[1];
    const size = Number(whole ?? response.headers.get('content-length'));
    return {
      body: response.body ?? new Blob([]).stream(),
      size,
      contentType: response.headers.get('content-type'),
    };
  }

  async #pastEnd(bucket: string, key: string, start: number, signal?: AbortSignal): Promise<ObjectContent> {
    const info = await this.head(bucket, key, signal);
    if (start > 0 || info === null) throw badRange(info?.size ?? 0);
    return this.get(bucket, key, { signal });
  }

  async head(bucket: string, key: string, signal?: AbortSignal): Promise<ObjectInfo | null> {
    checkName(bucket, key);
    const response = await this.#call(`/authenticated/${bucket}/${encodePart(key)}`, {
      method: 'HEAD',
      signal,
    });
    // A missing object is 400 in older versions, and HEAD has no body that would tell.
    if (response.status === 404 || response.status === 400) return null;
    if (!response.ok) throw await failure(response);
    const modified = response.headers.get('last-modified') ?? '';
    return {
      key,
      size: Number(response.headers.get('content-length')),
      modifiedAt: new Date(modified).toISOString(),
    };
  }

  async delete(bucket: string, key: string, signal?: AbortSignal): Promise<void> {
    checkName(bucket, key);
    const response = await this.#call(`/${bucket}/${encodePart(key)}`, { method: 'DELETE', signal });
    if (response.ok) return;
    const error = await failure(response);
    if (error.details?.code !== 404) throw error;
  }

  async list(
    bucket: string,
    { prefix = '', after = '', limit = 1000, signal }: ListOptions = {},
  ): Promise<ObjectInfo[]> {
    checkName(bucket, 'any');
    const found: ObjectInfo[] = [];
    let cursor: string | undefined;
    do {
      const response = await this.#call(`/list-v2/${bucket}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ prefix: encodePart(prefix), limit: 1000, with_delimiter: false, cursor }),
        signal,
      });
      if (!response.ok) throw await failure(response);
      const page = (await response.json()) as ListPage;
      found.push(...page.objects.map(infoOf));
      cursor = page.hasNext ? page.nextCursor : undefined;
    } while (cursor !== undefined);
    // Encoded names sort otherwise than the keys they stand for.
    return found
      .filter((info) => after === '' || byBytes(info, { key: after }) > 0)
      .sort(byBytes)
      .slice(0, limit);
  }
}

interface ListPage {
  hasNext: boolean;
  nextCursor?: string;
  objects: { name: string; updated_at: string; metadata: { size?: number } | null }[];
}

const infoOf = ({ name, updated_at, metadata }: ListPage['objects'][number]): ObjectInfo => ({
  key: decodeName(name),
  size: metadata?.size ?? 0,
  modifiedAt: new Date(updated_at).toISOString(),
});

/** Older versions answer 400 and put the real status into the body. */
async function failure(response: Response): Promise<AppError> {
  const body = (await response.json().catch(() => ({}))) as {
    statusCode?: string | number;
    message?: string;
  };
  const status = Number(body.statusCode ?? response.status);
  return new AppError(
    'provider_failed',
    `Supabase Storage refuses (${status}). ${body.message ?? ''}`.trim(),
    {
      fix: 'Check that the bucket exists and that the service key is right.',
      details: { code: status, retryable: status >= 500 || status === 429 },
    },
  );
}
