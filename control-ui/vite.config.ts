import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

/** Builds the page to build/control-ui. Everything it needs is in the bundle: it must work on a stage LAN without internet. */
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: './',
  publicDir: false,
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: fileURLToPath(new URL('../build/control-ui', import.meta.url)),
    emptyOutDir: true,
    target: 'es2022',
    // three.js alone is about 550 kB; it is its own chunk, loaded when the stage view is first shown.
    chunkSizeWarningLimit: 800,
  },
});
