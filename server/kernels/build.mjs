// Compiles every server/kernels/assembly/*.ts to build/kernels/<name>.wasm (and <name>.debug.wasm). Run by setup.mjs, or
// `node server/kernels/build.mjs [name …]`. A kernel whose wasm is newer than all assembly sources is left alone.
import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '..', '..');
const sourceRoot = join(here, 'assembly');
const targetRoot = join(root, 'build', 'kernels');
mkdirSync(targetRoot, { recursive: true });
// Names that start with an underscore are shared pieces, included by the others.
const sources = readdirSync(sourceRoot).filter((file) => file.endsWith('.ts'));
const newestSource = Math.max(
  ...sources.map((file) => statSync(join(sourceRoot, file)).mtimeMs),
  statSync(fileURLToPath(import.meta.url)).mtimeMs,
);
const wanted = process.argv.slice(2).filter((word) => !word.startsWith('-'));
const common = [
  '--enable',
  'simd',
  '--enable',
  'threads',
  '--enable',
  'bulk-memory',
  '--sharedMemory',
  '--importMemory',
  '--initialMemory',
  '1',
  '--maximumMemory',
  '65536',
  '--runtime',
  'stub',
  '--noExportMemory',
];

for (const file of sources) {
  const name = file.slice(0, -3);
  if (name.startsWith('_') || (wanted.length > 0 && !wanted.includes(name))) continue;
  for (const build of ['release', 'debug']) {
    const target = join(targetRoot, build === 'debug' ? `${name}.debug.wasm` : `${name}.wasm`);
    if (existsSync(target) && statSync(target).mtimeMs > newestSource) continue;
    const flags = build === 'debug' ? ['-O1'] : ['-O3', '--noAssert', '--converge'];
    const started = Date.now();
    const { error, stderr } = await asc.main([join(sourceRoot, file), '--outFile', target, ...common, ...flags]);
    // A remark of the optimiser on itself: it went round once more than it needed.
    const said = stderr.toString().replace(/^Last converge was suboptimal\.\n*/gm, '');
    if (error) {
      console.error(said);
      console.error(`kernels: ${name} (${build}) does not compile: ${error.message}`);
      process.exit(1);
    }
    if (said.trim()) console.error(said);
    console.log(`kernels: ${name} (${build}) ${Date.now() - started} ms`);
  }
}
