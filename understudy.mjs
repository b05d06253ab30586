#!/usr/bin/env node
// `npx understudy …`: sets up what is missing, quietly, then hands over to the command line in build/. In one process: another would cost
// each start a tenth of a second.
const words = process.argv.splice(2, Infinity, '--for', 'start', '--quiet');
await import('./setup.mjs');
process.argv.splice(2, Infinity, ...words);
await import(new URL('build/run/main.js', import.meta.url).href);
