import highlighter from 'highlight.js/lib/common';
import { useMemo } from 'react';

/** Code with its words coloured (`.hljs-…` in styles.css); in a language that is not known, as it is. */
export function HighlightedCode({ code, language }: { code: string; language: string }) {
  const html = useMemo(
    () =>
      highlighter.getLanguage(language)
        ? highlighter.highlight(code, { language, ignoreIllegals: true }).value
        : undefined,
    [code, language],
  );
  if (html === undefined) return code;
  // biome-ignore lint/security/noDangerouslySetInnerHtml: highlight.js escapes the code it is given
  return <span dangerouslySetInnerHTML={{ __html: html }} />;
}
