import { createHash, randomBytes, randomUUID } from 'node:crypto';

/** A random UUID (RFC 9562 version 4), the id of every row. */
export const newId = (): string => randomUUID();

/** An unguessable URL-safe token of `bytes` random bytes (default 32: 256 bits). */
export const newToken = (bytes = 32): string => randomBytes(bytes).toString('base64url');

/** SHA-256 in lower-case hex: the id of file content and the stored form of tokens that are only compared. */
export const sha256 = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex');
