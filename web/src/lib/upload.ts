import { ApiError, type Problem } from '../../../src/client/index.ts';
import type { File as StoredFile } from '../../../src/domains/files/contract.ts';
import { getCsrfToken } from './api.ts';

interface SendOptions {
  path: string;
  query: Record<string, string>;
  file: Blob;
  file_name: string;
  /** The same key stores the file once, however often it is sent. */
  idempotency_key: string;
  signal: AbortSignal;
  /** From 0 to 1, as bytes leave. */
  onProgress: (share: number) => void;
}

export interface UploadOptions extends Omit<SendOptions, 'path' | 'query'> {
  project_id?: string;
}

/** Stores a file. The server decides its type from the content, and its bucket by that. Errors: as `sendFile`. */
export const uploadFile = ({ project_id, ...options }: UploadOptions): Promise<StoredFile> =>
  sendFile<StoredFile>({ ...options, path: '/api/files', query: project_id ? { project_id } : {} });

/**
 * Sends a file as raw bytes to a route that takes one.
 * XMLHttpRequest because `fetch` cannot say how much has been sent. Errors: `ApiError`, `TypeError` when unreachable.
 */
export function sendFile<T>(options: SendOptions): Promise<T> {
  const query = new URLSearchParams({ ...options.query, file_name: options.file_name });
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', `${options.path}?${query}`);
    request.responseType = 'json';
    request.setRequestHeader('content-type', 'application/octet-stream');
    request.setRequestHeader('idempotency-key', options.idempotency_key);
    const csrf = getCsrfToken();
    if (csrf) request.setRequestHeader('x-csrf-token', csrf);
    request.upload.onprogress = (event) => {
      if (event.lengthComputable) options.onProgress(event.loaded / event.total);
    };
    request.onload = () => {
      if (request.status === 201 || request.status === 200) resolve(request.response as T);
      else reject(new ApiError(problemFrom(request)));
    };
    request.onerror = () => reject(new TypeError('The upload was interrupted.'));
    request.onabort = () => reject(new DOMException('Upload cancelled.', 'AbortError'));
    options.signal.addEventListener('abort', () => request.abort(), { once: true });
    request.send(options.file);
  });
}

function problemFrom(request: XMLHttpRequest): Problem {
  const body: unknown = request.response;
  if (typeof body === 'object' && body !== null && 'detail' in body) return body as Problem;
  return {
    type: 'about:blank',
    title: request.statusText,
    status: request.status,
    code: request.status === 413 ? 'too_large' : 'internal',
    detail: `The server answered ${request.status}.`,
  };
}
