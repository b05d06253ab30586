import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** Tests that start processes, speak NDI or drive a browser: one file after another, in a process of its own. */
export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  cacheDir: 'build/vitest',
  test: {
    include: ['test/e2e/**/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    pool: 'forks',
    // What another process shows is waited for as long as a busy machine may take.
    expect: { poll: { timeout: 10_000 } },
    fileParallelism: false,
    env: { ORT_DISABLE_TELEMETRY: '1' },
  },
});
