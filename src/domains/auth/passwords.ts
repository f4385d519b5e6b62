import { hash, verify } from '@node-rs/argon2';

/** Argon2id with OWASP's minimum (19 MiB, 2 passes, 1 lane), the library's defaults, off the main thread. */
export const hashPassword = (password: string): Promise<string> => hash(password);

let decoy: Promise<string> | undefined;

/** Always takes the time of one verification, so that a wrong address cannot be told from a wrong password. */
export async function verifyPassword(stored: string | null, password: string): Promise<boolean> {
  decoy ??= hash('a password that nobody has');
  const matches = await verify(stored ?? (await decoy), password).catch(() => false);
  return stored !== null && matches;
}
