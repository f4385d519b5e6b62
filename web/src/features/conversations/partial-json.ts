const pair = /"((?:[^"\\]|\\.)*)"\s*:\s*"((?:[^"\\]|\\.)*)/gs;

/** The texts in an object of JSON whose end has not come yet, the last of them as far as it is known. */
export function stringsOf(json: string): Record<string, string | undefined> {
  const found: Record<string, string> = {};
  for (const [, name = '', text = ''] of json.matchAll(pair)) found[name] ??= unescaped(text);
  return found;
}

function unescaped(text: string): string {
  try {
    // An escape that is cut off is left out.
    return JSON.parse(`"${text.replace(/\\u[0-9a-fA-F]{0,3}$/, '')}"`) as string;
  } catch {
    return text;
  }
}
