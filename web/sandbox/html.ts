import { begin, fail } from './frame.ts';
import { run } from './run.ts';

begin(async (content) => {
  const page = new DOMParser().parseFromString(content, 'text/html').documentElement;
  document.documentElement.replaceWith(document.adoptNode(page));
  // What scripts add later has its handlers too.
  new MutationObserver((records) => {
    for (const { addedNodes } of records)
      for (const node of addedNodes) if (node instanceof Element) void bind(node);
  }).observe(document, { childList: true, subtree: true });
  await bind(page);
  for (const script of page.querySelectorAll('script')) {
    const { type } = script;
    if (type !== '' && type !== 'module' && !/javascript/i.test(type)) continue;
    if (script.src) fail(`Not allowed in a preview: a script from ${script.src}`);
    else await run(script.text, undefined, type === 'module' ? type : undefined);
  }
  document.dispatchEvent(new Event('DOMContentLoaded', { bubbles: true }));
  dispatchEvent(new Event('load'));
});

/** Makes handlers in markup, such as `onclick`, into properties: the policy runs no code that stands in markup. */
async function bind(root: Element): Promise<void> {
  for (const element of [root, ...root.querySelectorAll('*')])
    for (const { name, value } of element.attributes)
      if (/^on[a-z]+$/.test(name))
        await run(`document.currentScript.given.${name} = function (event) {${value}\n};`, element);
}
