/**
 * The port to object storage.
 *
 * Contract: a key is 1 to 1024 bytes of `/`-separated parts, none empty, `.` or `..`, without backslash or control
 * characters; a bucket is 3 to 63 of `a-z 0-9 - .`; others are `invalid_input`. `put` is atomic: a reader sees
 * the old content, none, or the whole new one, also after a crash or an abort. Deleting what is not there succeeds.
 * Errors: `not_found`, `invalid_input`, `provider_failed` (the store answered with an error), `unavailable`.
 */
export interface StorageProvider {
  readonly kind: 'local' | 's3' | 'supabase';
  put(bucket: string, key: string, content: StorageContent, options?: PutOptions): Promise<StoredObject>;
  get(bucket: string, key: string, options?: GetOptions): Promise<ObjectContent>;
  /** Null when there is no such object. */
  head(bucket: string, key: string, signal?: AbortSignal): Promise<ObjectInfo | null>;
  delete(bucket: string, key: string, signal?: AbortSignal): Promise<void>;
  /** Keys under `prefix`, in ascending byte order, at most `limit` (default 1000) after the key `after`. */
  list(bucket: string, options?: ListOptions): Promise<ObjectInfo[]>;
}

export type StorageContent = Uint8Array | AsyncIterable<Uint8Array>;

export interface PutOptions {
  contentType?: string;
  signal?: AbortSignal;
}

export interface StoredObject {
  /** Bytes. */
  size: number;
  /** Lower-case hex, computed while the content passed. */
  sha256: string;
}

export interface GetOptions {
  /** Bytes `start` to `end`, both included; `end` past the content is cut, `start` past it is `invalid_input`. */
  range?: { start: number; end?: number };
  signal?: AbortSignal;
}

export interface ObjectContent {
  body: ReadableStream<Uint8Array>;
  /** Bytes of the whole object. */
  size: number;
  contentType: string | null;
}

export interface ObjectInfo {
  key: string;
  size: number;
  modifiedAt: string;
}

export interface ListOptions {
  prefix?: string;
  after?: string;
  limit?: number;
  signal?: AbortSignal;
}
