import * as React from 'react';
import { createRoot } from 'react-dom/client';
import { transform } from 'sucrase';
import { begin, fail } from './frame.ts';

type Component = React.ComponentType;
type Run = (
  require: (name: string) => unknown,
  exports: { default?: Component },
  react: typeof React,
) => Component | undefined;

const modules: Record<string, unknown> = { react: React, 'react-dom/client': { createRoot } };

begin((content) => {
  const { code } = transform(content, {
    transforms: ['typescript', 'jsx', 'imports'],
    production: true,
  });
  // A script element: the policy of the frame allows inline scripts and no `eval`.
  const script = document.createElement('script');
  script.textContent = `globalThis.runArtifact = function (require, exports, React) {${code}
;return exports.default || (typeof App === 'function' ? App : undefined);}`;
  document.head.append(script);
  const run = (globalThis as { runArtifact?: Run }).runArtifact;
  // What is wrong in the code was said by the error event.
  if (!run) return;
  const exports: { default?: Component } = {};
  const App = run(load, exports, React) ?? exports.default;
  if (typeof App !== 'function')
    throw new Error('Nothing to show: export a component as default, or call it App.');
  const root = document.createElement('div');
  document.body.append(root);
  createRoot(root, { onUncaughtError: fail }).render(<App />);
});

function load(name: string): unknown {
  if (!Object.hasOwn(modules, name))
    throw new Error(`There is no module “${name}” in a preview. Import from “react” only.`);
  return modules[name];
}
