import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { type Received, WireServer } from '../../testing/server.ts';
import { signedHeaders } from '../sigv4.ts';

export const s3Keys = { accessKeyId: 'AKIDTEST', secretAccessKey: 'test-secret', region: 'eu-test-1' };

interface Stored {
  body: Buffer;
  type: string;
  modified: Date;
}

const escapeXml = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;');
const xml = (response: ServerResponse, status: number, body: string): void => {
  response.writeHead(status, { 'content-type': 'application/xml' });
  response.end(`<?xml version="1.0" encoding="UTF-8"?>${body}`);
};
const refuse = (response: ServerResponse, status: number, code: string): void =>
  xml(response, status, `<Error><Code>${code}</Code><Message>${code} &amp; more</Message></Error>`);

/** An S3 of one bucket called `main` in memory: signatures, ranges, multipart uploads, listing. */
export class S3Server {
  readonly objects = new Map<string, Stored>();
  readonly uploads = new Map<string, { key: string; type: string; parts: Map<number, Buffer> }>();
  readonly wire: WireServer;

  private constructor(wire: WireServer) {
    this.wire = wire;
    wire.respond = (request, response) => this.#respond(request, response);
  }

  static async start(): Promise<S3Server> {
    return new S3Server(await WireServer.start(() => {}));
  }

  #respond(request: Received, response: ServerResponse): unknown {
    const url = new URL(request.url, this.wire.url);
    const { method } = request;
    if (!this.#signed(request, url)) return refuse(response, 403, 'SignatureDoesNotMatch');
    if (request.headers['x-amz-content-sha256'] !== createHash('sha256').update(request.body).digest('hex')) {
      return refuse(response, 400, 'XAmzContentSHA256Mismatch');
    }
    const key = decodeURIComponent(url.pathname.replace(/^\/main\/?/, ''));
    const { searchParams: query } = url;
    if (method === 'GET' && key === '') return this.#list(query, response);
    if (method === 'POST') return this.#multipart(request, key, query, response);
    if (method === 'PUT' && query.has('uploadId')) return this.#part(request, query, response);
    if (method === 'DELETE' && query.has('uploadId')) this.uploads.delete(query.get('uploadId') ?? '');
    else if (method === 'DELETE') this.objects.delete(key);
    else if (method === 'PUT')
      this.#store(key, request.body, request.headers['content-type'] ?? 'binary/octet-stream');
    else return this.#send(request, key, response);
    return response.writeHead(method === 'DELETE' ? 204 : 200, { etag: '"e"' }).end();
  }

  #signed({ method, headers }: Received, url: URL): boolean {
    const names = /SignedHeaders=([^,]+)/.exec(headers.authorization ?? '')?.[1]?.split(';') ?? [];
    const kept = names.filter((name) => !['host', 'x-amz-date', 'x-amz-content-sha256'].includes(name));
    const at = new Date(
      (headers['x-amz-date'] ?? '').replace(
        /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/,
        '$1-$2-$3T$4:$5:$6Z',
      ),
    );
    if (Number.isNaN(at.getTime())) return false;
    const own = signedHeaders(
      {
        method,
        url,
        headers: Object.fromEntries(kept.map((name) => [name, headers[name] ?? ''])),
        payloadHash: headers['x-amz-content-sha256'] ?? '',
        at,
      },
      s3Keys,
    );
    return own.authorization === headers.authorization;
  }

  #store(key: string, body: Buffer, type: string): void {
    this.objects.set(key, { body, type, modified: new Date(1_700_000_000_000) });
  }

  #send({ method, headers }: Received, key: string, response: ServerResponse): unknown {
    const object = this.objects.get(key);
    if (object === undefined) return refuse(response, 404, 'NoSuchKey');
    const { body, type, modified } = object;
    const range = /bytes=(\d+)-(\d*)/.exec(headers.range ?? '');
    const from = Number(range?.[1] ?? 0);
    if (range !== null && from >= body.length) return refuse(response, 416, 'InvalidRange');
    const to = Math.min(range?.[2] ? Number(range[2]) : body.length - 1, body.length - 1);
    const part = body.subarray(from, to + 1);
    response.writeHead(range === null ? 200 : 206, {
      'content-type': type,
      'content-length': part.length,
      'last-modified': modified.toUTCString(),
      ...(range === null ? {} : { 'content-range': `bytes ${from}-${to}/${body.length}` }),
    });
    return response.end(method === 'HEAD' ? undefined : part);
  }

  #multipart(
    { body, headers }: Received,
    key: string,
    query: URLSearchParams,
    response: ServerResponse,
  ): unknown {
    if (query.has('uploads')) {
      const id = `upload-${this.uploads.size + 1}`;
      this.uploads.set(id, { key, type: headers['content-type'] ?? '', parts: new Map() });
      return xml(
        response,
        200,
        `<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`,
      );
    }
    const upload = this.uploads.get(query.get('uploadId') ?? '');
    const named = [...body.toString().matchAll(/<PartNumber>(\d+)<\/PartNumber><ETag>"p(\d+)"<\/ETag>/g)];
    const parts = named.map((match) =>
      match[1] === match[2] ? upload?.parts.get(Number(match[1])) : undefined,
    );
    if (upload === undefined || parts.length === 0 || parts.includes(undefined)) {
      return xml(response, 200, '<Error><Code>InvalidPart</Code><Message>missing</Message></Error>');
    }
    this.#store(upload.key, Buffer.concat(parts.filter((part) => part !== undefined)), upload.type);
    this.uploads.delete(query.get('uploadId') ?? '');
    return xml(response, 200, '<CompleteMultipartUploadResult/>');
  }

  #part({ body }: Received, query: URLSearchParams, response: ServerResponse): void {
    const number = Number(query.get('partNumber'));
    this.uploads.get(query.get('uploadId') ?? '')?.parts.set(number, body);
    response.writeHead(200, { etag: `"p${number}"` }).end();
  }

  #list(query: URLSearchParams, response: ServerResponse): void {
    const after = Buffer.from(query.get('start-after') ?? '');
    const keys = [...this.objects.keys()]
      .filter(
        (key) => key.startsWith(query.get('prefix') ?? '') && Buffer.compare(Buffer.from(key), after) > 0,
      )
      .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    const page = keys.slice(0, Math.min(2, Number(query.get('max-keys'))));
    const contents = page.map((key) => {
      const object = this.objects.get(key);
      const encoded = encodeURIComponent(key).replaceAll('%2F', '/').replaceAll('%20', '+');
      return `<Contents><Key>${escapeXml(encoded)}</Key><LastModified>${object?.modified.toISOString()}</LastModified><Size>${object?.body.length}</Size></Contents>`;
    });
    xml(
      response,
      200,
      `<ListBucketResult><IsTruncated>${page.length < keys.length}</IsTruncated>${contents.join('')}</ListBucketResult>`,
    );
  }
}
