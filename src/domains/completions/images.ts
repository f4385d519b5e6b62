import { AppError } from '../../kernel/errors.ts';
import type { MessagePart } from '../../providers/model/index.ts';
import { guardedFetch } from '../../providers/web/index.ts';

/** Vendors take pictures of at most 20 MB. */
const maxBytes = 20 * 1024 * 1024;
const timeoutMs = 20_000;
const imageType = /^image\/(?:png|jpeg|gif|webp)$/;
const dataUrl = /^data:([a-z]+\/[a-z0-9.+-]+);base64,([a-z0-9+/\s]+={0,2})$/i;

const refused = (why: string, cause?: unknown): AppError =>
  new AppError('invalid_input', `The image cannot be used: ${why}`, {
    fix: 'Send a PNG, JPEG, GIF or WebP picture as a data: URL, or a public address of one.',
    cause,
  });

/** A `data:` URL of base64 as its type and bytes. Errors: `invalid_input`. */
export function readDataUrl(url: string): { mediaType: string; data: string } {
  const [, mediaType = '', data = ''] = dataUrl.exec(url) ?? [];
  if (data === '') throw refused('it is not a data: URL in base64.');
  return { mediaType: mediaType.toLowerCase(), data: data.replace(/\s+/g, '') };
}

/** Pictures that a caller names by a URL. Addresses inside this machine and its network are refused unless allowed. */
export class ImageLoader {
  readonly #fetch: typeof globalThis.fetch;

  constructor(allowPrivate: boolean) {
    this.#fetch = guardedFetch(allowPrivate);
  }

  /** Errors: `invalid_input`, `forbidden` for an address that may not be reached. */
  async load(url: string, signal: AbortSignal): Promise<MessagePart> {
    const { mediaType, data } = /^data:/i.test(url) ? readDataUrl(url) : await this.#download(url, signal);
    if (!imageType.test(mediaType)) throw refused(`its type is ${mediaType || 'not known'}.`);
    return { type: 'image', mediaType, data };
  }

  async #download(url: string, signal: AbortSignal): Promise<{ mediaType: string; data: string }> {
    if (!/^https?:/i.test(url)) throw refused('the address is neither https: nor data:.');
    try {
      const response = await this.#fetch(url, {
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
        headers: { accept: 'image/png, image/jpeg, image/gif, image/webp' },
      });
      if (!response.ok) throw refused(`its server answered ${response.status}.`);
      const mediaType = (response.headers.get('content-type') ?? '').replace(/;.*/, '').trim().toLowerCase();
      if (!imageType.test(mediaType)) throw refused(`its type is ${mediaType || 'not known'}.`);
      const parts: Uint8Array[] = [];
      let size = 0;
      for await (const part of response.body ?? []) {
        size += part.byteLength;
        if (size > maxBytes) throw refused('it is larger than 20 MB.');
        parts.push(part);
      }
      return { mediaType, data: Buffer.concat(parts).toString('base64') };
    } catch (error) {
      signal.throwIfAborted();
      throw error instanceof AppError ? error : refused('its address does not answer.', error);
    }
  }
}
