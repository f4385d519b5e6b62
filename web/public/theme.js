// Runs before the first paint, so that a dark page never flashes light. The page's content policy allows no
// inline script, so this is a file of its own. Keep in step with src/lib/theme.ts.
(() => {
  const stored = localStorage.getItem('theme');
  const dark =
    stored === 'dark' || (stored !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
})();
