/** What was typed and not sent, for each conversation, so that neither a reload nor another page loses it. */
const key = (conversationId: string): string => `draft:${conversationId}`;

export function readDraft(conversationId: string): string {
  return localStorage.getItem(key(conversationId)) ?? '';
}

export function keepDraft(conversationId: string, text: string): void {
  try {
    if (text.trim() === '') localStorage.removeItem(key(conversationId));
    else localStorage.setItem(key(conversationId), text);
  } catch {
    // The browser's store is full or closed; the text stays in the page.
  }
}
