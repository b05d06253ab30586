// Bench row monitors.1080p25: the whole server over real NDI on loopback, three monitors beside the programme, each watched by an eye
// of its own. The programme is counted first with nobody at the monitors, then with all of them watched, in the same run.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../../server/paths.js';
import type { ShowFile } from '../../server/show/schema.js';
import { startLoopbackMdns } from '../e2e/support/mdns.js';
import { type PeerProcess, Peers, uniqueName } from '../e2e/support/peer-process.js';
import type { BenchContext, BenchEntry } from './context.js';
import { countFrames, LoopCounts } from './loop-counts.js';
import type { SeenFrame } from './loop-probe.js';
import { BenchServer } from './loop-server.js';
import { loopScene } from './loop-shapes.js';
import { benchRow, type BenchRow } from './row.js';

const row = 'monitors.1080p25';
const laneId = 'cam-a';
const kinds = ['difference', 'wipe', 'confidence'] as const;
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const script = (name: string): string => join(projectRoot, 'test', 'bench', name);

async function take(probe: PeerProcess): Promise<SeenFrame[]> {
  const from = probe.events.length;
  probe.command({ do: 'take' });
  return (await probe.waitFor('taken', undefined, 20_000, from))['frames'] as SeenFrame[];
}

async function measure(context: BenchContext, peers: Peers, folder: string): Promise<BenchRow[]> {
  const names = { camera: uniqueName('Bench Camera'), output: uniqueName('Bench Output') };
  const outputs: NonNullable<ShowFile['outputs']> = kinds.map((kind) => ({
    id: `m-${kind}`,
    laneId,
    kind,
    outputName: `${names.output} ${kind}`,
  }));
  const server = new BenchServer(
    [{ laneId, source: names.camera, outputName: names.output }],
    1,
    (line) => context.note(`server: ${line}`),
    { outputs },
  );
  const eye = async (name: string): Promise<PeerProcess> => {
    const probe = await peers.script(script('loop-probe.ts'), { machineName: 'EYE', grabFolder: folder });
    probe.command({ do: 'connect', name });
    await probe.waitFor('first', undefined, 60_000);
    return probe;
  };
  try {
    await server.start();
    const camera = await peers.script(script('loop-camera.ts'), {
      ...{ ...loopScene, name: names.camera, machineName: 'BENCH', people: 1 },
      ...{ widthPx: 1920, heightPx: 1080, framesPerSecond: 25, pictures: 50 },
    });
    await camera.waitFor('playing', undefined, 180_000);
    const programme = await eye(names.output);
    for (let calm = 0; calm < 4; ) {
      await sleep(500);
      const steps = (await take(programme)).map(({ step }) => step);
      calm = steps.length > 0 && steps.every((step) => step === 'likeness') ? calm + 1 : 0;
    }
    const ms = ((context.seconds ?? 20) * 1000) / 2;
    const [alone, watched] = [new LoopCounts(), new LoopCounts()];
    const cpu = server.cpuSeconds();
    await take(programme);
    await sleep(ms);
    countFrames(alone, await take(programme));
    const between = server.cpuSeconds();
    const eyes: PeerProcess[] = [];
    for (const { outputName } of outputs) eyes.push(await eye(outputName!));
    await sleep(1500);
    for (const each of [programme, ...eyes]) await take(each);
    const begun = server.cpuSeconds();
    await sleep(ms);
    countFrames(watched, await take(programme));
    const monitors = await Promise.all(
      eyes.map(async (each) => {
        const counts = new LoopCounts();
        countFrames(counts, await take(each));
        return counts;
      }),
    );
    const ended = server.cpuSeconds();
    // Against the programme's own pictures: a monitor that was given up for load has lost them all, not none.
    const leftOut = monitors.map((counts) => Math.max(0, watched.frames - counts.frames));
    const cores = (a: typeof cpu, b: typeof cpu): number => (a && b ? (b.lanes - a.lanes) / (ms / 1000) : Number.NaN);
    return [
      benchRow(row, 'framesLost', watched.lost, 'frames', alone.lost, watched.frames),
      benchRow(row, 'framesUnlabelled', watched.unlabelled, 'frames', alone.unlabelled, watched.frames),
      benchRow(row, 'delayMs.p50', watched.delayMs(0.5), 'ms', alone.delayMs(0.5), watched.frames),
      benchRow(row, 'delayMs.p95', watched.delayMs(0.95), 'ms', alone.delayMs(0.95), watched.frames),
      ...kinds.map((kind, i) => benchRow(row, `framesLeftOut.${kind}`, leftOut[i]!, 'frames', null, watched.frames)),
      benchRow(row, 'cores.lanes', cores(begun, ended), 'cores', cores(cpu, between), watched.frames),
    ];
  } finally {
    await server.close();
  }
}

export const monitorsEntry: BenchEntry = {
  name: row,
  async run(context) {
    const folder = mkdtempSync(join(tmpdir(), 'understudy-monitors-'));
    const mdns = await startLoopbackMdns();
    const before = process.env['DBUS_SYSTEM_BUS_ADDRESS'];
    if (mdns) process.env['DBUS_SYSTEM_BUS_ADDRESS'] = mdns.environment.DBUS_SYSTEM_BUS_ADDRESS;
    const peers = new Peers(mdns?.environment ?? {});
    try {
      return await measure(context, peers, folder);
    } finally {
      await peers.close();
      await mdns?.close();
      if (before === undefined) delete process.env['DBUS_SYSTEM_BUS_ADDRESS'];
      else process.env['DBUS_SYSTEM_BUS_ADDRESS'] = before;
      rmSync(folder, { recursive: true, force: true });
    }
  },
};
