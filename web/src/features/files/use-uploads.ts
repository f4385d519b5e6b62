import { useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { randomId, type Trouble, troubleOf } from '../../lib/api.ts';
import { type UploadOptions, uploadFile } from '../../lib/upload.ts';
import { projectKeys } from '../projects/queries.ts';
import { fileKeys } from './queries.ts';

export interface Upload {
  key: string;
  file: File;
  /** 0 to 1. */
  progress: number;
  trouble: Trouble | null;
}

/** How many files travel at once. */
const parallel = 3;

/** Uploads in progress or refused; finished ones leave, for the list of files shows them. */
export function useUploads(projectId: string | undefined) {
  const client = useQueryClient();
  const [uploads, setUploads] = useState<Upload[]>([]);
  const waiting = useRef<Upload[]>([]);
  const running = useRef(new Map<string, AbortController>());

  function patch(key: string, change: Partial<Upload>): void {
    setUploads((now) => now.map((item) => (item.key === key ? { ...item, ...change } : item)));
  }

  function drop(key: string): void {
    setUploads((now) => now.filter((item) => item.key !== key));
  }

  async function send(upload: Upload): Promise<void> {
    const abort = new AbortController();
    running.current.set(upload.key, abort);
    const options: UploadOptions = {
      file: upload.file,
      file_name: upload.file.name,
      // The same key on a retry: a file that did arrive is not stored twice.
      idempotency_key: upload.key,
      signal: abort.signal,
      onProgress: (progress) => patch(upload.key, { progress }),
      ...(projectId && { project_id: projectId }),
    };
    try {
      await uploadFile(options);
      drop(upload.key);
      await Promise.all([
        client.invalidateQueries({ queryKey: fileKeys.all }),
        ...(projectId
          ? [client.invalidateQueries({ queryKey: projectKeys.list(projectId, 'project') })]
          : []),
      ]);
    } catch (error) {
      if (!abort.signal.aborted) patch(upload.key, { trouble: troubleOf(error), progress: 0 });
    } finally {
      running.current.delete(upload.key);
      pump();
    }
  }

  function pump(): void {
    while (running.current.size < parallel) {
      const next = waiting.current.shift();
      if (!next) return;
      void send(next);
    }
  }

  function add(files: Iterable<File>): void {
    const added = [...files].map((file) => ({ key: randomId(), file, progress: 0, trouble: null }));
    setUploads((now) => [...now, ...added]);
    waiting.current.push(...added);
    pump();
  }

  function retry(upload: Upload): void {
    patch(upload.key, { trouble: null, progress: 0 });
    waiting.current.push(upload);
    pump();
  }

  function remove(upload: Upload): void {
    waiting.current = waiting.current.filter((item) => item.key !== upload.key);
    running.current.get(upload.key)?.abort();
    drop(upload.key);
  }

  return { uploads, add, retry, remove };
}
