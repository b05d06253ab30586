import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '../../..');
const outdir = join(root, 'build', 'cli-test');

const sourcesIn = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts') && !name.includes(join('kernels', 'assembly')))
    .map((name) => join(root, folder, name));

/** The command line as set-up transpiles it, from the sources as they are now, apart from what set-up made. */
export function transpileCli(): string {
  const entryPoints = [...sourcesIn('server'), ...sourcesIn('models')];
  buildSync({
    entryPoints,
    outdir,
    outbase: root,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    logLevel: 'error',
  });
  return join(outdir, 'server', 'main.js');
}

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}
export interface Running {
  readonly ended: Promise<Ended>;
  out(): string;
  signal(name: NodeJS.Signals): void;
}

/** `understudy <words>` as a process of its own, with a state folder of the test's. */
export function startCli(main: string, words: readonly string[], environment: NodeJS.ProcessEnv = {}): Running {
  const child = spawn(process.execPath, [main, ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...environment },
  });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  const ended = new Promise<Ended>((resolve) => child.on('close', (code) => resolve({ code, out, err })));
  return { ended, out: () => out, signal: (name) => void child.kill(name) };
}
