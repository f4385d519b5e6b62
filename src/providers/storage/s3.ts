import type { Clock } from '../../kernel/clock.ts';
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
import { awsEncode, hexHash, signedHeaders } from './sigv4.ts';

export interface S3Options {
  /** Like `https://s3.eu-central-1.amazonaws.com` or `http://127.0.0.1:9000`. */
  endpoint: string;
  region: string;
  /** The one bucket that holds everything; buckets of the port are the first part of the key in it. */
  bucket: string;
  accessKeyId: string;
  secretAccessKey: string;
}

interface Call {
  method: string;
  key: string;
  query?: Record<string, string>;
  headers?: Record<string, string>;
  body?: Uint8Array<ArrayBuffer>;
  signal?: AbortSignal;
}

/** S3 takes parts of 5 MiB and more (but the last) and at most 10,000 of them. */
const partSize = 16 * 1024 * 1024;

const xmlValue = (xml: string, name: string): string =>
  decodeXml(new RegExp(`<${name}>([\\s\\S]*?)</${name}>`).exec(xml)?.[1] ?? '');

const decodeXml = (text: string): string =>
  text.replace(
    /&(lt|gt|quot|apos|amp|#(\d+)|#x([\da-fA-F]+));/g,
    (whole, name: string, decimal?: string, hex?: string) => {
      if (decimal !== undefined || hex !== undefined)
        return String.fromCodePoint(Number.parseInt(decimal ?? hex ?? '', hex === undefined ? 10 : 16));
      return { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' }[name] ?? whole;
    },
  );

/** Any store that speaks the S3 API, with path-style addresses and Signature Version 4. */
export class S3Storage implements StorageProvider {
  readonly kind = 's3';
  readonly #options: S3Options;
  readonly #fetch: typeof globalThis.fetch;
  readonly #clock: Clock;

  constructor(options: S3Options, deps: { fetch: typeof globalThis.fetch; clock: Clock }) {
    this.#options = options;
    this.#fetch = deps.fetch;
    this.#clock = deps.clock;
  }

  async #call({ method, key, query = {}, headers = {}, body, signal }: Call): Promise<Response> {
    const { endpoint, bucket } = this.#options;
    const path = key === '' ? '' : `/${key.split('/').map(awsEncode).join('/')}`;
    const url = new URL(`${endpoint.replace(/\/+$/, '')}/${awsEncode(bucket)}${path}`);
    const pairs = Object.entries(query).map(([name, value]) => `${awsEncode(name)}=${awsEncode(value)}`);
    url.search = pairs.join('&');
    const payloadHash = hexHash(body ?? '');
    const at = new Date(this.#clock.now());
    const { host: _, ...sent } = signedHeaders({ method, url, headers, payloadHash, at }, this.#options);
    try {
      return await this.#fetch(url, { method, headers: sent, body, signal });
    } catch (error) {
      signal?.throwIfAborted();
      throw new AppError('unavailable', 'The S3 storage cannot be reached.', {
        fix: 'Check the endpoint and that it is running.',
        cause: error,
      });
    }
  }

  async #ok(call: Call): Promise<Response> {
    const response = await this.#call(call);
    if (response.ok) return response;
    throw await failure(response);
  }

  async put(
    bucket: string,
    key: string,
    content: StorageContent,
    options: PutOptions = {},
  ): Promise<StoredObject> {
    checkName(bucket, key);
    const passing = new Passing(content, options.signal);
    const { signal } = options;
    const headers: Record<string, string> =
      options.contentType === undefined ? {} : { 'content-type': options.contentType };
    const name = `${bucket}/${key}`;
    let upload: Upload | null = null;
    try {
      let part: Uint8Array[] = [];
      let length = 0;
      for await (const chunk of passing) {
        part.push(chunk);
        length += chunk.byteLength;
        if (length < partSize) continue;
        upload ??= await this.#begin(name, headers, signal);
        await this.#part(upload, Buffer.concat(part), signal);
        [part, length] = [[], 0];
      }
      if (upload === null)
        await this.#ok({ method: 'PUT', key: name, headers, body: Buffer.concat(part), signal });
      else {
        if (length > 0) await this.#part(upload, Buffer.concat(part), signal);
        await this.#complete(upload, signal);
      }
    } catch (error) {
      if (upload !== null)
        await this.#call({ method: 'DELETE', key: name, query: { uploadId: upload.id } }).catch(() => {});
      throw error;
    }
    return passing.stored();
  }

  async #begin(key: string, headers: Record<string, string>, signal?: AbortSignal): Promise<Upload> {
    const response = await this.#ok({ method: 'POST', key, query: { uploads: '' }, headers, signal });
    return { key, id: xmlValue(await response.text(), 'UploadId'), tags: [] };
  }

  async #part(upload: Upload, body: Uint8Array<ArrayBuffer>, signal?: AbortSignal): Promise<void> {
    const query = { partNumber: String(upload.tags.length + 1), uploadId: upload.id };
    const response = await this.#ok({ method: 'PUT', key: upload.key, query, body, signal });
    upload.tags.push(response.headers.get('etag') ?? '');
  }

  async #complete({ key, id, tags }: Upload, signal?: AbortSignal): Promise<void> {
    const parts = tags
      .map((tag, i) => `<Part><PartNumber>${i + 1}</PartNumber><ETag>${tag}</ETag></Part>`)
      .join('');
    const body = Buffer.from(`<CompleteMultipartUpload>${parts}</CompleteMultipartUpload>`);
    const response = await this.#ok({ method: 'POST', key, query: { uploadId: id }, body, signal });
    // S3 may send its 200 before it is done, and an error in the body after that.
    const text = await response.text();
    if (text.includes('<Error>'))
      throw providerFailed(200, xmlValue(text, 'Code'), xmlValue(text, 'Message'));
  }

  async get(bucket: string, key: string, { range, signal }: GetOptions = {}): Promise<ObjectContent> {
    checkName(bucket, key);
    const response = await this.#call({
      method: 'GET',
      key: `${bucket}/${key}`,
      headers: rangeHeader(range),
      signal,
    });
    if (response.status === 404) throw notFound(bucket, key);
    if (response.status === 416) return this.#pastEnd(bucket, key, range?.start ?? 0, signal);
    if (!response.ok) throw await failure(response);
    const whole = /\/(\d+)$/.exec(response.headers.get('content-range') ?? '')?.[1];
    const size = Number(whole ?? response.headers.get('content-length'));
    const body = response.body ?? new Blob([]).stream();
    return { body, size, contentType: response.headers.get('content-type') };
  }

  /** An empty object has no range at all; from its start it is nothing, from elsewhere a fault. */
  async #pastEnd(bucket: string, key: string, start: number, signal?: AbortSignal): Promise<ObjectContent> {
    const info = await this.head(bucket, key, signal);
    if (start > 0 || info === null) throw badRange(info?.size ?? 0);
    return this.get(bucket, key, { signal });
  }

  async head(bucket: string, key: string, signal?: AbortSignal): Promise<ObjectInfo | null> {
    checkName(bucket, key);
    const response = await this.#call({ method: 'HEAD', key: `${bucket}/${key}`, signal });
    if (response.status === 404) return null;
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
    const response = await this.#call({ method: 'DELETE', key: `${bucket}/${key}`, signal });
    if (!response.ok && response.status !== 404) throw await failure(response);
  }

  async list(
    bucket: string,
    { prefix = '', after, limit = 1000, signal }: ListOptions = {},
  ): Promise<ObjectInfo[]> {
    checkName(bucket, 'any');
    const found: ObjectInfo[] = [];
    let start = after === undefined ? undefined : `${bucket}/${after}`;
    while (found.length < limit) {
      const query = {
        'list-type': '2',
        'encoding-type': 'url',
        'max-keys': String(Math.min(1000, limit - found.length)),
        prefix: `${bucket}/${prefix}`,
        ...(start === undefined ? {} : { 'start-after': start }),
      };
      const xml = await (await this.#ok({ method: 'GET', key: '', query, signal })).text();
      const page = [...xml.matchAll(/<Contents>([\s\S]*?)<\/Contents>/g)].map((match) =>
        objectIn(match[1] ?? '', bucket),
      );
      found.push(...page);
      const last = page.at(-1);
      if (last === undefined || xmlValue(xml, 'IsTruncated') !== 'true') break;
      start = `${bucket}/${last.key}`;
    }
    return found.sort(byBytes);
  }
}

interface Upload {
  key: string;
  id: string;
  tags: string[];
}

function objectIn(xml: string, bucket: string): ObjectInfo {
  const key = decodeURIComponent(xmlValue(xml, 'Key').replaceAll('+', ' ')).slice(bucket.length + 1);
  return {
    key,
    size: Number(xmlValue(xml, 'Size')),
    modifiedAt: new Date(xmlValue(xml, 'LastModified')).toISOString(),
  };
}

const providerFailed = (status: number, code: string, message: string): AppError =>
  new AppError(
    'provider_failed',
    `The S3 storage refuses (${status}${code === '' ? '' : ` ${code}`}). ${message}`.trim(),
    {
      fix: 'Check the bucket, the region and the access keys.',
      details: { status, code, retryable: status >= 500 || status === 429 || status === 200 },
    },
  );

async function failure(response: Response): Promise<AppError> {
  const xml = await response.text();
  return providerFailed(response.status, xmlValue(xml, 'Code'), xmlValue(xml, 'Message').slice(0, 300));
}
