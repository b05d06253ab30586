// `npm test`: types, lint, unit tests, then the end-to-end tests one file after another. Prints progress, writes only to
// build/, and ends with one line: N passed, N failed, N skipped. `--unit` leaves the end-to-end tests out;
// other words choose test files, as vitest does, and leave types and lint out.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const results = join(root, 'build', 'test-results');
const bin = (...path) => join(root, 'node_modules', ...path);
const unitOnly = process.argv.includes('--unit');
const chosen = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const total = { passed: 0, failed: 0, skipped: 0 };
/** What to look at, in the order it went wrong. */
const broken = [];
const skippedBecause = new Map();

const say = (text) => console.log(`\n== ${text}`);
const seconds = (sinceMs) => `${((Date.now() - sinceMs) / 1000).toFixed(0)} s`;

let running = null;
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => running?.kill(signal));

function run(file, args) {
  return new Promise((resolve) => {
    running = spawn(process.execPath, [file, ...args], {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, ORT_DISABLE_TELEMETRY: '1' },
    });
    running.on('error', () => resolve(false));
    running.on('exit', (code) => resolve(code === 0));
  });
}

/** A check without tests of its own: nothing to count while it is well, one failure where it is not. */
async function check(what, file, args) {
  const atMs = Date.now();
  say(what);
  const well = await run(file, args);
  console.log(`${what}: ${well ? 'well' : 'FAILED'} (${seconds(atMs)})`);
  if (!well) {
    total.failed++;
    broken.push(what);
  }
}

/** A vitest run, counted from its JSON report. A file that does not even load is one failure. */
async function suite(what, name, config) {
  const report = join(results, `${name}.json`);
  rmSync(report, { force: true });
  const atMs = Date.now();
  say(what);
  const well = await run(bin('vitest', 'vitest.mjs'), [
    'run',
    '--config',
    config,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...(chosen.length > 0 ? ['--passWithNoTests', ...chosen] : []),
  ]);
  const failedBefore = total.failed;
  if (existsSync(report)) count(JSON.parse(readFileSync(report, 'utf8')));
  if (!well && total.failed === failedBefore) {
    // Ended without a failed test: a crash, an unhandled error, or no report at all.
    total.failed++;
    broken.push(`${what} (see above)`);
  }
  console.log(`${what}: ${well ? 'well' : 'FAILED'} (${seconds(atMs)})`);
}

function count(report) {
  for (const file of report.testResults) {
    const name = file.name.startsWith(root) ? file.name.slice(root.length + 1) : file.name;
    if (file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed')) {
      total.failed++;
      broken.push(`${name} (the file itself)`);
    }
    for (const test of file.assertionResults) {
      if (test.status === 'passed') total.passed++;
      else if (test.status === 'failed') {
        total.failed++;
        broken.push(`${name}: ${test.fullName}`);
      } else {
        total.skipped++;
        const reason = /\(?skipped: ([^)]*)\)?/.exec(test.fullName)?.[1] ?? 'no reason given';
        skippedBecause.set(reason, (skippedBecause.get(reason) ?? 0) + 1);
      }
    }
  }
}

mkdirSync(results, { recursive: true });
if (chosen.length === 0) {
  await check('types', bin('typescript', 'bin', 'tsc'), ['--noEmit']);
  await check('lint', bin('eslint', 'bin', 'eslint.js'), ['.', '--quiet']);
}
await suite('unit tests', 'unit', 'vitest.config.ts');
if (!unitOnly) await suite('end-to-end tests', 'e2e', join('test', 'e2e', 'vitest.config.ts'));

if (broken.length > 0) console.log(`\nfailed:\n${broken.map((line) => `  ${line}`).join('\n')}`);
for (const [reason, times] of skippedBecause) console.log(`skipped ${times}: ${reason}`);
console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exit(total.failed > 0 ? 1 : 0);
