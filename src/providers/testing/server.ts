import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  method: string;
  /** Path with query. */
  url: string;
  headers: Record<string, string>;
  body: Buffer;
}

export type Respond = (request: Received, response: ServerResponse) => unknown;

/** A local HTTP server that speaks a vendor's wire format: it keeps what it receives and answers as it is told. */
export class WireServer {
  readonly received: Received[] = [];
  readonly url: string;
  respond: Respond;
  readonly #close: () => Promise<void>;

  private constructor(url: string, respond: Respond, close: () => Promise<void>) {
    this.url = url;
    this.respond = respond;
    this.#close = close;
  }

  static async start(respond: Respond): Promise<WireServer> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const wire = new WireServer(`http://127.0.0.1:${port}`, respond, async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    });
    server.on('request', async (request, response) => {
      const received = await read(request).catch(() => null);
      // The client broke the connection while it sent.
      if (received === null) return;
      wire.received.push(received);
      await wire.respond(received, response);
    });
    return wire;
  }

  /** Body of the last request, as JSON. */
  json(): Record<string, unknown> {
    return JSON.parse(this.received.at(-1)?.body.toString() ?? 'null') as Record<string, unknown>;
  }

  close(): Promise<void> {
    return this.#close();
  }
}

async function read(request: IncomingMessage): Promise<Received> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
  );
  return { method: request.method ?? '', url: request.url ?? '', headers, body: Buffer.concat(parts) };
}

/** Answers with JSON. */
export function sendJson(
  response: ServerResponse,
  body: unknown,
  status = 200,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}
