import { api } from '../../lib/api.ts';

/** Saves one's own prompts as a file. */
export async function exportPrompts(): Promise<void> {
  const file = await api.prompts.exportFile({});
  const url = URL.createObjectURL(new Blob([JSON.stringify(file, null, 2)], { type: 'application/json' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = 'prompts.json';
  link.click();
  URL.revokeObjectURL(url);
}

/** Takes the prompts of a file. Errors: `ApiError` naming the field; a sentence for what is no JSON at all. */
export async function importPrompts(file: File) {
  let content: unknown;
  try {
    content = JSON.parse(await file.text());
  } catch {
    throw new Error(`${file.name} is not a JSON file. Choose one that was exported here.`);
  }
  return api.prompts.importFile(content as Parameters<typeof api.prompts.importFile>[0]);
}
