import mermaid from 'mermaid';
import { begin } from './frame.ts';

begin(async (content, dark) => {
  mermaid.initialize({ startOnLoad: false, securityLevel: 'strict', theme: dark ? 'dark' : 'default' });
  const drawing = document.createElement('div');
  document.body.append(drawing);
  try {
    const { svg } = await mermaid.render('drawing', content);
    drawing.innerHTML = svg;
  } finally {
    // Mermaid leaves a drawing of its own error behind.
    document.getElementById('ddrawing')?.remove();
  }
});
