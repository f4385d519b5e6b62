import * as React from 'react';
import { createRoot } from 'react-dom/client';
import { transform } from 'sucrase';
import { begin, fail } from './frame.ts';
import { run } from './run.ts';

const modules: Record<string, unknown> = { react: React, 'react-dom/client': { createRoot } };

begin(async (content) => {
  const { code } = transform(content, {
    transforms: ['typescript', 'jsx', 'imports'],
    production: true,
  });
  const given = { require: load, exports: {}, React, show, fail };
  await run(
    `{const given = document.currentScript.given;
try {(function (require, exports, React, show) {${code}
;show(exports.default || (typeof App === 'function' ? App : undefined));
})(given.require, given.exports, given.React, given.show);} catch (error) {given.fail(error);}}`,
    given,
  );
});

function show(App: React.ComponentType | undefined): void {
  if (typeof App !== 'function')
    throw new Error('Nothing to show: export a component as default, or call it App.');
  const root = document.createElement('div');
  document.body.append(root);
  createRoot(root, { onUncaughtError: fail }).render(<App />);
}

function load(name: string): unknown {
  if (!Object.hasOwn(modules, name))
    throw new Error(`There is no module “${name}” in a preview. Import from “react” only.`);
  return modules[name];
}
