// Bench row start.second: from typing the command to the first labelled picture at a receiver, and to the first one with the likeness, of the
// demo with a state folder that it has been started with once before. The eye runs already and looks for the output all the while.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../../server/paths.js';
import { startLoopbackMdns } from '../e2e/support/mdns.js';
import { type PeerProcess, Peers } from '../e2e/support/peer-process.js';
import type { BenchContext, BenchEntry } from './context.js';
import type { SeenFrame } from './loop-probe.js';
import { benchRow, type BenchRow } from './row.js';

const row = 'start.second';
const machineName = 'STARTBENCH';
const output = `${machineName} (Understudy Cam A)`;

interface Started {
  readonly labelledS: number;
  readonly likenessS: number;
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function end(child: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await gone;
}

async function startOnce(state: string, peers: Peers, context: BenchContext): Promise<Started> {
  const eye = await peers.script(join(projectRoot, 'test', 'bench', 'loop-probe.ts'), {
    machineName: 'EYE',
    grabFolder: join(state, 'grabs'),
  });
  const { clock } = context;
  const startedAtUs = clock.nowUs();
  const words = ['demo', '--state', state, '--http-port', '0', '--osc-port', '0', '--machine-name', machineName];
  const show = spawn(process.execPath, [join(projectRoot, 'understudy.mjs'), ...words, '--quiet'], { stdio: 'ignore' });
  try {
    eye.command({ do: 'connect', name: output });
    let labelledS = 0;
    let absent = 0;
    while ((clock.nowUs() - startedAtUs) / 1e6 < 60) {
      await sleep(20);
      // The eye gives up looking after 20 s; the first start, which bakes, takes longer on a busy machine.
      if (eye.of('absent').length > absent) {
        absent++;
        eye.command({ do: 'connect', name: output });
      }
      const frames = await take(eye);
      const atS = (clock.nowUs() - startedAtUs) / 1e6;
      if (labelledS === 0 && frames.some(({ kind, plate }) => kind === 'likeness' && plate)) labelledS = atS;
      if (frames.some(({ step }) => step === 'likeness')) return { labelledS, likenessS: atS };
    }
    throw new Error(`${row}: no likeness within a minute`);
  } finally {
    await end(show);
    await eye.stop();
  }
}

async function take(eye: PeerProcess): Promise<SeenFrame[]> {
  const from = eye.events.length;
  eye.command({ do: 'take' });
  return (await eye.waitFor('taken', undefined, 30_000, from))['frames'] as SeenFrame[];
}

async function startRows(context: BenchContext): Promise<BenchRow[]> {
  const state = mkdtempSync(join(tmpdir(), 'understudy-start-'));
  const mdns = await startLoopbackMdns();
  const before = process.env['DBUS_SYSTEM_BUS_ADDRESS'];
  if (mdns) process.env['DBUS_SYSTEM_BUS_ADDRESS'] = mdns.environment.DBUS_SYSTEM_BUS_ADDRESS;
  const peers = new Peers(mdns?.environment ?? {});
  try {
    context.note(`${row}: the first start, which bakes`);
    const first = await startOnce(state, peers, context);
    const later: Started[] = [];
    for (let n = 0; n < 3; n++) {
      context.note(`${row}: start ${n + 2}`);
      later.push(await startOnce(state, peers, context));
    }
    const middle = (pick: (one: Started) => number): number => later.map(pick).sort((a, b) => a - b)[1]!;
    return [
      benchRow(
        row,
        'toLabelledS',
        middle((one) => one.labelledS),
        's',
        first.labelledS,
        later.length,
      ),
      benchRow(
        row,
        'toLikenessS',
        middle((one) => one.likenessS),
        's',
        first.likenessS,
        later.length,
      ),
    ];
  } finally {
    await peers.close();
    await mdns?.close();
    if (before === undefined) delete process.env['DBUS_SYSTEM_BUS_ADDRESS'];
    else process.env['DBUS_SYSTEM_BUS_ADDRESS'] = before;
    rmSync(state, { recursive: true, force: true });
  }
}

export const startEntry: BenchEntry = { name: row, run: startRows };
