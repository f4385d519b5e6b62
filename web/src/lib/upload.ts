import { ApiError, type Problem } from '../../../src/client/index.ts';
import type { File as StoredFile } from '../../../src/domains/files/contract.ts';
import { getCsrfToken } from './api.ts';

export interface UploadOptions {
  file: Blob;
  file_name: string;
  project_id?: string;
  /** The same key stores the file once, however often it is sent. */
  idempotency_key: string;
  signal: AbortSignal;
  /** From 0 to 1, as bytes leave. */
  onProgress: (share: number) => void;
}

/**
 * Sends a file as raw bytes. The server decides its type from the content, and its bucket by that.
 * XMLHttpRequest because `fetch` cannot say how much has been sent. Errors: `ApiError`, `TypeError` when unreachable.
 */
export function uploadFile(options: UploadOptions): Promise<StoredFile> {
  const query = new URLSearchParams({ file_name: options.file_name });
  if (options.project_id) query.set('project_id', options.project_id);
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', `/api/files?${query}`);
    request.responseType = 'json';
    request.setRequestHeader('content-type', 'application/octet-stream');
    request.setRequestHeader('idempotency-key', options.idempotency_key);
    const csrf = getCsrfToken();
    if (csrf) request.setRequestHeader('x-csrf-token', csrf);
    request.upload.onprogress = (event) => {
      if (event.lengthComputable) options.onProgress(event.loaded / event.total);
    };
    request.onload = () => {
      if (request.status === 201 || request.status === 200) resolve(request.response as StoredFile);
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
