import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { buildRoot } from '../paths.js';
import type { PrepareJob, PrepareResult } from './prepare.js';

/** Runs prepare.ts as a process of its own: whoever asks never loads a model. Rejects with what the process said. */
export function runPrepare(job: PrepareJob): Promise<PrepareResult> {
  return new Promise((done, failed) => {
    const child = spawn(process.execPath, [join(buildRoot, 'server', 'likeness', 'prepare.js'), JSON.stringify(job)], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ORT_DISABLE_TELEMETRY: '1' },
    });
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
    child.once('error', failed);
    child.once('close', (code) => {
      const line = out.trim().split('\n').at(-1) ?? '';
      if (code === 0 && line.startsWith('{')) done(JSON.parse(line) as PrepareResult);
      else failed(new Error(`preparing likenesses failed: ${err.trim().slice(-400) || `exit code ${String(code)}`}`));
    });
  });
}
