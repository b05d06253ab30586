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
    // Real time on a shared machine: what a stutter of the machine broke is tried once more, and told as retried. A fault fails twice.
    retry: process.env['CI'] === undefined ? 0 : 1,
    fileParallelism: false,
    env: { ORT_DISABLE_TELEMETRY: '1' },
  },
});
