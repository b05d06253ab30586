#!/usr/bin/env node
// `npx understudy …`: sets up what is missing, quietly, then hands over to the command line in build/.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(fileURLToPath(import.meta.url));
const done = spawnSync(process.execPath, [join(root, 'setup.mjs'), '--for', 'start', '--quiet'], {
  stdio: ['ignore', 2, 2],
});
if (done.status !== 0) process.exit(done.status ?? 1);
await import(new URL('build/server/main.js', import.meta.url).href);
