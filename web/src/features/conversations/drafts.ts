/** What was typed and not sent, for each conversation, so that neither a reload nor another page loses it. */
const key = (conversationId: string): string => `draft:${conversationId}`;
const filesKey = (conversationId: string): string => `draft-files:${conversationId}`;

/** A file that the server has. */
export interface StoredFile {
  id: string;
  file_name: string;
}

export function readDraft(conversationId: string): string {
  return localStorage.getItem(key(conversationId)) ?? '';
}

export function keepDraft(conversationId: string, text: string): void {
  keep(key(conversationId), text.trim() === '' ? null : text);
}

/** Files that are attached to what was typed. */
export function readDraftFiles(conversationId: string): StoredFile[] {
  const stored = localStorage.getItem(filesKey(conversationId));
  return stored ? (JSON.parse(stored) as StoredFile[]) : [];
}

export function keepDraftFiles(conversationId: string, files: StoredFile[]): void {
  keep(filesKey(conversationId), files.length === 0 ? null : JSON.stringify(files));
}

function keep(name: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(name);
    else localStorage.setItem(name, value);
  } catch {
    // The browser's store is full or closed; it stays in the page.
  }
}
