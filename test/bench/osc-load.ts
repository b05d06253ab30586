// Bench row osc.load: a desk in a process of its own (node-osc) moves a fader of the running show a thousand times a second, by turns
// with silence, while an eye counts the output's frames: nothing that a console does may cost a frame.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../server/paths.js';
import { startLoopbackMdns } from '../e2e/support/mdns.js';
import { type PeerProcess, Peers, uniqueName } from '../e2e/support/peer-process.js';
import type { BenchContext, BenchEntry } from './context.js';
import { countFrames, LoopCounts } from './loop-counts.js';
import type { SeenFrame } from './loop-probe.js';
import { BenchServer } from './loop-server.js';
import { loopScene, loopShapes } from './loop-shapes.js';
import { benchRow, type BenchRow } from './row.js';

const turnS = 10;
const messagesASecond = 1000;
const laneId = 'cam-a';
const mix = `/understudy/lane/${laneId}/likeness/mix01`;
const shape = loopShapes[0]!;
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const script = (path: string): string => join(projectRoot, 'test', path);

interface Status {
  readonly consoles: { readonly oscPort: number };
  readonly counters: { readonly osc: Readonly<Record<string, number>> };
}
async function statusOf(server: BenchServer): Promise<Status> {
  const { httpPort } = JSON.parse(readFileSync(join(server.stateFolder, 'run.json'), 'utf8')) as { httpPort: number };
  return (await (await fetch(`http://127.0.0.1:${httpPort}/status`)).json()) as Status;
}

/** Sweeps the likeness's mix between 0.5 and 1 for so long, and waits for the pong. */
async function sweep(oscPort: number, seconds: number): Promise<void> {
  const half = Array.from({ length: 64 }, (_, n) => 0.5 + n / 128);
  const messages = [...half, ...half.toReversed()].map((value) => [mix, value]);
  const repeat = Math.ceil((seconds * messagesASecond) / messages.length);
  const everyUs = 1_000_000 / messagesASecond;
  const given = [script('e2e/osc/node-osc-peer.mjs'), 'udp', oscPort, everyUs, JSON.stringify(messages), repeat];
  await once(spawn(process.execPath, given.map(String), { stdio: 'ignore' }), 'exit');
}

async function take(eye: PeerProcess): Promise<SeenFrame[]> {
  const from = eye.events.length;
  eye.command({ do: 'take' });
  return (await eye.waitFor('taken', undefined, 20_000, from))['frames'] as SeenFrame[];
}

interface Figures {
  readonly quiet: LoopCounts;
  readonly loaded: LoopCounts;
  messages: number;
}

async function measure(peers: Peers, server: BenchServer, output: string, context: BenchContext): Promise<Figures> {
  const eye = await peers.script(script('bench/loop-probe.ts'), { machineName: 'EYE', grabFolder: server.stateFolder });
  eye.command({ do: 'connect', name: output });
  await eye.waitFor('first', undefined, 40_000);
  // Models warm up, the likeness comes.
  await sleep(6000);
  const { oscPort } = (await statusOf(server)).consoles;
  const figures: Figures = { quiet: new LoopCounts(), loaded: new LoopCounts(), messages: 0 };
  const turns = Math.max(1, Math.round((context.seconds ?? 120) / (2 * turnS)));
  for (let turn = 0; turn < turns; turn += 1) {
    await take(eye);
    await sleep(turnS * 1000);
    countFrames(figures.quiet, await take(eye));
    const before = (await statusOf(server)).counters.osc['messages']!;
    await take(eye);
    await sweep(oscPort, turnS);
    countFrames(figures.loaded, await take(eye));
    figures.messages += (await statusOf(server)).counters.osc['messages']! - before;
    context.note(`osc.load: turn ${turn + 1} of ${turns}`);
  }
  return figures;
}

async function run(context: BenchContext): Promise<BenchRow[]> {
  const mdns = await startLoopbackMdns();
  const before = process.env['DBUS_SYSTEM_BUS_ADDRESS'];
  if (mdns) process.env['DBUS_SYSTEM_BUS_ADDRESS'] = mdns.environment.DBUS_SYSTEM_BUS_ADDRESS;
  const peers = new Peers(mdns?.environment ?? {});
  const [camera, output] = [uniqueName('Bench Camera A'), uniqueName('Bench Output A')];
  const server = new BenchServer([{ laneId, source: camera, outputName: output }], 1, context.note);
  try {
    await server.start();
    await server.atLanePriority(async () => {
      const { widthPx, heightPx, framesPerSecond, people, pictures } = shape;
      const settings = {
        ...loopScene,
        name: camera,
        machineName: 'BENCH',
        people,
        widthPx,
        heightPx,
        framesPerSecond,
        pictures,
      };
      await (await peers.script(script('bench/loop-camera.ts'), settings)).waitFor('playing', undefined, 180_000);
    });
    return rowsOf(await measure(peers, server, output, context));
  } finally {
    await peers.close();
    await server.close();
    await mdns?.close();
    if (before === undefined) delete process.env['DBUS_SYSTEM_BUS_ADDRESS'];
    else process.env['DBUS_SYSTEM_BUS_ADDRESS'] = before;
  }
}

/** Later than the median of the silent turns by more than a frame. */
function late(counts: LoopCounts, quiet: LoopCounts): number {
  const limitUs = quiet.delayMs(0.5) * 1000 + 1_000_000 / shape.framesPerSecond;
  return counts.delaysUs.filter((delayUs) => delayUs > limitUs).length;
}

function rowsOf({ quiet, loaded, messages }: Figures): BenchRow[] {
  const row = 'osc.load';
  const against = (metric: string, unit: string, value: number, reference: number): BenchRow =>
    benchRow(row, metric, value, unit, reference, loaded.frames);
  return [
    benchRow(row, 'messages', messages, 'messages', null, loaded.frames),
    against('framesLost', 'frames', loaded.lost, quiet.lost),
    against('framesLate', 'frames', late(loaded, quiet), late(quiet, quiet)),
    against('framesUnlabelled', 'frames', loaded.unlabelled, quiet.unlabelled),
    ...[0.5, 0.95, 0.99].map((share) =>
      against(`delayMs.p${share * 100}`, 'ms', loaded.delayMs(share), quiet.delayMs(share)),
    ),
  ];
}

/** References are the silent turns of the same run. */
export const oscLoadEntry: BenchEntry = { name: 'osc.load', run };
