import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { AppError } from './errors.ts';
import { sha256 } from './ids.ts';

/**
 * Encrypts secrets that must be used again (provider keys). AES-256-GCM (NIST SP 800-38D) with a random 96-bit
 * nonce; `context` is authenticated with the value so that a ciphertext moved to another row does not decrypt.
 * Stored form: `v1.<key id>.<nonce>.<ciphertext and tag>`, the last three in base64url. The key id says which
 * key made it, so that keys can rotate.
 */
export class SecretBox {
  readonly #keys: Map<string, Buffer>;
  readonly #current: string;

  /** @param keys 32-byte keys, the one to encrypt with first. */
  constructor(keys: Buffer[]) {
    this.#keys = new Map(keys.map((key) => [keyId(key), key]));
    const first = keys[0];
    if (!first || keys.some((key) => key.length !== 32))
      throw new AppError('invalid_input', 'The secret key is not 32 bytes.', {
        fix: 'Set META_AGENT_SECRET_KEY to 32 bytes in base64, or leave it empty to use the key file.',
      });
    this.#current = keyId(first);
  }

  seal(secret: string, context: string): string {
    const key = this.#keys.get(this.#current) as Buffer;
    const nonce = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(context));
    const body = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    return `v1.${this.#current}.${nonce.toString('base64url')}.${body.toString('base64url')}`;
  }

  /** Errors: `unprocessable` when the key is missing or the value was changed. */
  open(sealed: string, context: string): string {
    const [version, id = '', nonce = '', body = ''] = sealed.split('.');
    const key = this.#keys.get(id);
    if (version !== 'v1' || !key)
      throw new AppError('unprocessable', 'A stored secret was encrypted with a key that is not here.', {
        fix: 'Bring back the key file of this database, or enter the secret again.',
      });
    const bytes = Buffer.from(body, 'base64url');
    try {
      const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(nonce, 'base64url'))
        .setAAD(Buffer.from(context))
        .setAuthTag(bytes.subarray(-16));
      return Buffer.concat([decipher.update(bytes.subarray(0, -16)), decipher.final()]).toString('utf8');
    } catch (cause) {
      throw new AppError('unprocessable', 'A stored secret cannot be decrypted.', {
        fix: 'Enter the secret again.',
        cause,
      });
    }
  }
}

const keyId = (key: Buffer): string => sha256(key).slice(0, 8);
