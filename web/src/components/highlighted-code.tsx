import { toJsxRuntime } from 'hast-util-to-jsx-runtime';
import { common, createLowlight } from 'lowlight';
import { useMemo } from 'react';
import { Fragment, jsx, jsxs } from 'react/jsx-runtime';

const highlighter = createLowlight(common);

/** Code with its words coloured (`.hljs-…` in styles.css); in a language that is not known, as it is. */
export function HighlightedCode({ code, language }: { code: string; language: string }) {
  return useMemo(
    () =>
      highlighter.registered(language)
        ? toJsxRuntime(highlighter.highlight(language, code), { Fragment, jsx, jsxs })
        : code,
    [code, language],
  );
}
