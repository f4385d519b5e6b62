/**
 * Runs a program as a script of its own. The policy of the frame takes scripts that a running script puts in from a
 * blob, and none that stand in markup: so nothing runs in a frame that content opens inside of this one, where peer
 * connections would be there again.
 * @param given what the program finds at `document.currentScript.given`.
 */
export function run(code: string, given?: unknown, type?: string): Promise<void> {
  const script: HTMLScriptElement & { given?: unknown } = document.createElement('script');
  const url = URL.createObjectURL(new Blob([code], { type: 'text/javascript' }));
  if (type) script.type = type;
  script.given = given;
  // Else what goes wrong in it is kept from the error event, as of a foreign script.
  script.crossOrigin = 'anonymous';
  script.src = url;
  return new Promise((resolve) => {
    const end = () => {
      URL.revokeObjectURL(url);
      resolve();
    };
    script.onload = end;
    script.onerror = end;
    document.head.append(script);
  });
}
