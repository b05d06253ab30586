import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Nothing is written outside build/.
  cacheDir: 'build/vitest',
  test: {
    include: ['test/**/*.test.ts'],
    // Files that start processes, speak NDI or drive a browser run in `test/e2e`, one after another, from test/run.mjs.
    exclude: ['test/e2e/**', 'node_modules/**', 'build/**'],
    setupFiles: ['test/property-seed.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    pool: 'forks',
    maxWorkers: 2,
    env: { ORT_DISABLE_TELEMETRY: '1' },
  },
});
