import { spawn } from 'node:child_process';
import { setPriority } from 'node:os';
import { entryOf } from '../paths.js';
import type { PrepareJob, PrepareResult } from './prepared.js';

/** 'first': nothing is on air before it is done. 'stand-back': pictures are on air, and go before it. */
export type Precedence = 'first' | 'stand-back';
const standBackNiceness = 5;

/** Runs prepare.ts as a process of its own: whoever asks never loads a model. Rejects with what the process said. */
export function runPrepare(job: PrepareJob, precedence: Precedence = 'stand-back'): Promise<PrepareResult> {
  return new Promise((done, failed) => {
    const child = spawn(process.execPath, [entryOf('likeness/prepare.ts'), JSON.stringify(job)], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ORT_DISABLE_TELEMETRY: '1' },
    });
    // Else it would run at the niceness of a lane that asked.
    if (precedence === 'stand-back') standBack(child.pid);
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

function standBack(pid: number | undefined): void {
  try {
    if (pid !== undefined) setPriority(pid, standBackNiceness);
  } catch {
    // It has ended already; its end says why.
  }
}
