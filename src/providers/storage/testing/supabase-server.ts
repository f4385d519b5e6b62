import type { ServerResponse } from 'node:http';
import { type Received, sendJson, WireServer } from '../../testing/server.ts';

export const serviceKey = 'service-role-key';

/** Supabase's rule for object names. */
const validName = /^(\w|\/|!|-|\.|\*|'|\(|\)| |&|\$|@|=|;|:|\+|,|\?)*$/;

/** The Storage API of a Supabase project in memory. */
export class SupabaseServer {
  readonly objects = new Map<string, { body: Buffer; type: string }>();
  readonly wire: WireServer;

  private constructor(wire: WireServer) {
    this.wire = wire;
    wire.respond = (request, response) => this.#respond(request, response);
  }

  static async start(): Promise<SupabaseServer> {
    return new SupabaseServer(await WireServer.start(() => {}));
  }

  #respond({ method, url, headers, body }: Received, response: ServerResponse): unknown {
    if (headers.authorization !== `Bearer ${serviceKey}`)
      return sendJson(response, { statusCode: '403', message: 'Invalid JWT' }, 400);
    const path = decodeURIComponent(url.replace('/storage/v1/object/', ''));
    const list = /^list-v2\/(.+)$/.exec(path)?.[1];
    if (list !== undefined)
      return this.#list(list, JSON.parse(body.toString()) as { prefix: string; cursor?: string }, response);
    const name = path.replace(/^authenticated\//, '');
    if (method === 'POST') {
      if (!validName.test(name))
        return sendJson(response, { statusCode: '400', message: 'Invalid key' }, 400);
      this.objects.set(name, { body, type: headers['content-type'] ?? '' });
      return sendJson(response, { Key: name });
    }
    const object = this.objects.get(name);
    if (object === undefined)
      return sendJson(response, { statusCode: '404', error: 'not_found', message: 'Object not found' }, 400);
    if (method === 'DELETE') {
      this.objects.delete(name);
      return sendJson(response, { message: 'Successfully deleted' });
    }
    const range = /bytes=(\d+)-(\d*)/.exec(headers.range ?? '');
    const from = Number(range?.[1] ?? 0);
    if (range !== null && from >= object.body.length)
      return sendJson(response, { statusCode: '416', message: 'InvalidRange' }, 416);
    const to = Math.min(range?.[2] ? Number(range[2]) : object.body.length - 1, object.body.length - 1);
    const part = object.body.subarray(from, to + 1);
    response.writeHead(range === null ? 200 : 206, {
      'content-type': object.type,
      'content-length': part.length,
      'last-modified': new Date(1_700_000_000_000).toUTCString(),
      ...(range === null ? {} : { 'content-range': `bytes ${from}-${to}/${object.body.length}` }),
    });
    return response.end(method === 'HEAD' ? undefined : part);
  }

  #list(
    bucket: string,
    { prefix, cursor = '0' }: { prefix: string; cursor?: string },
    response: ServerResponse,
  ): void {
    const names = [...this.objects.keys()]
      .flatMap((name) => (name.startsWith(`${bucket}/${prefix}`) ? [name.slice(bucket.length + 1)] : []))
      .sort();
    const from = Number(cursor);
    const page = names.slice(from, from + 2);
    const objects = page.map((name) => ({
      name,
      updated_at: new Date(1_700_000_000_000).toISOString(),
      metadata: { size: this.objects.get(`${bucket}/${name}`)?.body.length },
    }));
    sendJson(response, {
      hasNext: from + 2 < names.length,
      nextCursor: String(from + 2),
      folders: [],
      objects,
    });
  }
}
