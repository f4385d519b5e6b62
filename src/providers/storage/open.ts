import { type Clock, systemClock } from '../../kernel/clock.ts';
import { LocalStorage } from './local.ts';
import type { StorageProvider } from './port.ts';
import { type S3Options, S3Storage } from './s3.ts';
import { type SupabaseOptions, SupabaseStorage } from './supabase.ts';

export type StorageConnection =
  | { kind: 'local'; root: string }
  | ({ kind: 's3' } & S3Options)
  | ({ kind: 'supabase' } & SupabaseOptions);

/** Opens a store. Nothing is sent or written yet. */
export function openStorage(
  connection: StorageConnection,
  { clock = systemClock, fetch = globalThis.fetch }: { clock?: Clock; fetch?: typeof globalThis.fetch } = {},
): StorageProvider {
  switch (connection.kind) {
    case 'local':
      return new LocalStorage(connection.root);
    case 's3':
      return new S3Storage(connection, { clock, fetch });
    case 'supabase':
      return new SupabaseStorage(connection, { fetch });
  }
}
