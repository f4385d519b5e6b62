import { lookup } from 'node:dns';
import { BlockList, isIP } from 'node:net';
import { AppError } from '../../kernel/errors.ts';
import { once } from '../../kernel/once.ts';

export type GuardedFetch = typeof globalThis.fetch;

/** Addresses that lead back into the machine or its network (IANA special-purpose registries, RFC 6890). */
const inside = new BlockList();
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const)
  inside.addSubnet(network, prefix, 'ipv4');
for (const [network, prefix] of [
  ['::', 127],
  ['64:ff9b::', 96],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const)
  inside.addSubnet(network, prefix, 'ipv6');

function isInside(address: string): boolean {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped) return inside.check(mapped, 'ipv4');
  return inside.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

const refused = (host: string): AppError =>
  new AppError('forbidden', `${host} is an address of this machine or its network.`, {
    fix: 'Use a public address, or let an administrator set META_AGENT_PRIVATE_ADDRESSES.',
  });

/** Errors: `invalid_input` unless it is an http or https address without credentials. */
export function mustBeHttp(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || !['http:', 'https:'].includes(url.protocol) || url.username || url.password)
    throw new AppError('invalid_input', 'The address is not an http or https address.', {
      fix: 'Give an address like https://example.org/mcp, without a user name or password in it.',
    });
  return url;
}

/** `fetch` of undici, which the first request loads, through connections that judge each address. */
const openDispatcher = once(async () => {
  const { Agent, fetch } = await import('undici');
  const dispatcher = new Agent({
    connect: {
      lookup: (host, options, done) =>
        lookup(host, { ...options, all: true }, (error, addresses) => {
          if (error) return done(error, []);
          if (addresses.some(({ address }) => isInside(address))) return done(refused(host), []);
          if (options.all) return done(null, addresses);
          const [first] = addresses;
          done(first ? null : new Error(`${host} has no address`), first?.address ?? '', first?.family);
        }),
    },
  });
  return { fetch, dispatcher };
});

/**
 * `fetch` for addresses that people or models give. Unless `allowPrivate`, it does not reach this machine or its
 * network: names are judged by the address that is then connected to, so that a name cannot answer differently the
 * second time, and each redirect is judged again. Errors: `forbidden`, `invalid_input`.
 */
export function guardedFetch(allowPrivate: boolean): GuardedFetch {
  if (allowPrivate) return globalThis.fetch;
  const guarded = async (input: Request | string | URL, init: RequestInit = {}): Promise<Response> => {
    let url = mustBeHttp(input instanceof Request ? input.url : String(input));
    const follow = init.redirect ?? 'follow';
    for (let hops = 0; ; hops++) {
      // A literal address is never looked up.
      const literal = url.hostname.replace(/^\[|\]$/g, '');
      if (isIP(literal) && isInside(literal)) throw refused(literal);
      const { fetch, dispatcher } = await openDispatcher();
      let response: Response;
      try {
        response = (await fetch(url, {
          ...(init as Record<string, unknown>),
          redirect: 'manual',
          dispatcher,
        })) as unknown as Response;
      } catch (error) {
        const { cause } = error as { cause?: unknown };
        throw cause instanceof AppError ? cause : error;
      }
      const location = response.headers.get('location');
      if (response.status < 300 || response.status > 399 || !location || follow !== 'follow') return response;
      if (hops === 5) throw new AppError('unprocessable', 'The address redirects without end.');
      url = mustBeHttp(new URL(location, url).href);
    }
  };
  return guarded as GuardedFetch;
}
