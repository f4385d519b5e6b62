import { fileURLToPath } from 'node:url';
import tailwind from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const server = `http://127.0.0.1:${process.env.META_AGENT_PORT ?? 3100}`;

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: '/',
  plugins: [react(), tailwind()],
  build: {
    outDir: fileURLToPath(new URL('../dist/console', import.meta.url)),
    emptyOutDir: true,
    // Inlined assets would be data: URLs, which the page's content policy allows for images only.
    assetsInlineLimit: 0,
    // The editor of the canvas is the largest, and loaded when it is opened.
    chunkSizeWarningLimit: 600,
  },
  server: { proxy: { '/api': server, '/sandbox': server } },
});
