import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { randomId, type Trouble, troubleOf } from '../../lib/api.ts';
import { uploadFile } from '../../lib/upload.ts';
import { fileKeys } from '../files/queries.ts';
import { keepDraftFiles, readDraftFiles, type StoredFile } from './drafts.ts';

export interface Attaching {
  key: string;
  name: string;
  /** Once the server has it. */
  file_id: string | null;
  /** 0 to 1. */
  progress: number;
  trouble: Trouble | null;
  /** What is sent again after a failure; absent for a file that was there before. */
  file?: File;
}

const arrived = ({ id, file_name }: StoredFile): Attaching => ({
  key: id,
  name: file_name,
  file_id: id,
  progress: 1,
  trouble: null,
});

/**
 * Files on their way into the next message, kept with its draft once the server has them. A failed one stays with its
 * reason until it is tried again or removed.
 */
export function useAttachments(draft: string) {
  const client = useQueryClient();
  const [items, setItems] = useState<Attaching[]>(() => readDraftFiles(draft).map(arrived));
  useEffect(
    () =>
      keepDraftFiles(
        draft,
        items.flatMap(({ file_id, name }) => (file_id ? [{ id: file_id, file_name: name }] : [])),
      ),
    [draft, items],
  );
  const running = useRef(new Map<string, AbortController>());
  useEffect(() => {
    const open = running.current;
    return () => {
      for (const abort of open.values()) abort.abort();
    };
  }, []);

  const patch = (key: string, change: Partial<Attaching>): void =>
    setItems((now) => now.map((item) => (item.key === key ? { ...item, ...change } : item)));

  async function send(key: string, file: File): Promise<void> {
    const abort = new AbortController();
    running.current.set(key, abort);
    try {
      const stored = await uploadFile({
        file,
        file_name: file.name,
        // The same key on a retry: a file that did arrive is not stored twice.
        idempotency_key: key,
        signal: abort.signal,
        onProgress: (progress) => patch(key, { progress }),
      });
      patch(key, { file_id: stored.id, progress: 1, name: stored.file_name });
      void client.invalidateQueries({ queryKey: fileKeys.all });
    } catch (error) {
      if (!abort.signal.aborted) patch(key, { trouble: troubleOf(error), progress: 0 });
    } finally {
      running.current.delete(key);
    }
  }

  return {
    items,
    /** True while something is still on its way, or has failed. */
    unfinished: items.some((item) => item.file_id === null),
    fileIds: items.flatMap((item) => (item.file_id ? [item.file_id] : [])),
    add(files: Iterable<File>): void {
      const added = [...files].map((file) => ({
        key: randomId(),
        name: file.name,
        file_id: null,
        progress: 0,
        trouble: null,
        file,
      }));
      setItems((now) => [...now, ...added]);
      for (const { key, file } of added) void send(key, file);
    },
    /** Attaches files that the server has. */
    pick(files: StoredFile[]): void {
      setItems((now) => [
        ...now,
        ...files.filter(({ id }) => !now.some((item) => item.file_id === id)).map(arrived),
      ]);
    },
    retry({ key, file }: Attaching): void {
      if (!file) return;
      patch(key, { trouble: null });
      void send(key, file);
    },
    remove(key: string): void {
      running.current.get(key)?.abort();
      setItems((now) => now.filter((item) => item.key !== key));
    },
    clear: () => setItems([]),
  };
}
export type Attachments = ReturnType<typeof useAttachments>;
