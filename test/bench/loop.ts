// Bench rows loop.*: the whole server over real NDI on loopback, camera and eye being processes of their own. First the server has the
// machine to itself (camera and eye aside), then a bare relay of the same camera runs as well and the eye takes turns of a few seconds
// between the two outputs (`busy`: each is then measured on a machine that does the other's work too), then the server ends and the
// relay has the machine to itself. The added delay is that of the server alone less that of the relay alone, camera and eye the same.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../../server/paths.js';
import { startLoopbackMdns } from '../e2e/support/mdns.js';
import { type PeerProcess, Peers, uniqueName } from '../e2e/support/peer-process.js';
import type { BenchContext, BenchEntry } from './context.js';
import { gainOfGrabs } from './loop-identity.js';
import { countFrames, LoopCounts } from './loop-counts.js';
import type { GrabbedFrame, SeenFrame } from './loop-probe.js';
import { BenchServer } from './loop-server.js';
import { loopScene, type LoopShape, loopShapes } from './loop-shapes.js';
import { benchRow, type BenchRow } from './row.js';

/** How long the eye rests on one output. */
const turnS = 2.5;
const settleMs = 700;
const grabsInAll = 12;
/** Delays are known after so long; whatever a bench is given beyond it, it counts frames. */
const mostDelayS = 30;

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const benchScript = (name: string): string => join(projectRoot, 'test', 'bench', name);

interface Place {
  readonly laneId: string;
  readonly camera: string;
  readonly output: string;
}

/** One loop bench: its processes, and what it has counted. */
class LoopRun {
  /** The server alone. */
  readonly server = new LoopCounts();
  /** Server and relay by turns, both at work. */
  readonly besideRelay = new LoopCounts();
  readonly besideServer = new LoopCounts();
  /** The relay, the server being gone. */
  readonly relay = new LoopCounts();
  readonly grabs: GrabbedFrame[] = [];
  /** From a keyframe's capture to the first picture that shows its result, ascending. */
  keyframeLatencyMs: number[] = [];
  cores: { lanes: number; inference: number } | null = null;
  readonly #places: readonly Place[];
  readonly #probes: PeerProcess[] = [];

  constructor(
    private readonly shape: LoopShape,
    private readonly peers: Peers,
    private readonly folder: string,
    private readonly context: BenchContext,
  ) {
    this.#places = Array.from({ length: shape.cameras }, (_, index) => {
      const letter = String.fromCharCode(65 + index);
      return {
        laneId: `cam-${letter.toLowerCase()}`,
        camera: uniqueName(`Bench Camera ${letter}`),
        output: uniqueName(`Bench Output ${letter}`),
      };
    });
  }

  async measure(seconds: number): Promise<void> {
    const { context } = this;
    context.note(`${this.shape.row}: rendering the camera's loop`);
    const server = new BenchServer(
      this.#places.map(({ laneId, camera, output }) => ({ laneId, source: camera, outputName: output })),
      this.shape.people,
      (line) => context.note(`server: ${line}`),
    );
    try {
      await server.start();
      // What camera and eye take for themselves is in no delay then: a lane that waits for a starved camera says nothing of the lane.
      await server.atLanePriority(async () => {
        for (const place of this.#places) await this.#startCamera(place);
        for (const [index, place] of this.#places.entries()) await this.#startProbe(index, place);
      });
      await this.#warmUp(server);
      const delayS = Math.min(mostDelayS, seconds / 4);
      await this.#alone(seconds - 2 * delayS, server);
      const relay = await this.#byTurns(delayS, server);
      await server.close();
      await this.#relayAlone(delayS, relay);
    } finally {
      await server.close();
    }
  }

  async #startCamera(place: Place): Promise<void> {
    const { widthPx, heightPx, framesPerSecond, people } = this.shape;
    const settings = {
      ...loopScene,
      name: place.camera,
      machineName: 'BENCH',
      people,
      widthPx,
      heightPx,
      framesPerSecond,
      pictures: this.shape.pictures,
    };
    const camera = await this.peers.script(benchScript('loop-camera.ts'), settings);
    await camera.waitFor('playing', undefined, 180_000);
  }

  async #startProbe(index: number, place: Place): Promise<void> {
    const probe = await this.peers.script(benchScript('loop-probe.ts'), {
      machineName: 'EYE',
      grabFolder: join(this.folder, `grabs-${index}`),
    });
    this.#probes.push(probe);
    await connect(probe, place.output);
  }

  /** Until the likeness has been on every output for a second. */
  async #warmUp(server: BenchServer): Promise<void> {
    const endAt = this.context.clock.nowUs() + 90e6;
    let last: SeenFrame[] = [];
    let calmS = 0;
    while (calmS < 2) {
      await sleep(500);
      last = (await Promise.all(this.#probes.map(take))).flat();
      const steps = last.map((frame) => frame.step);
      calmS = last.length > 0 && steps.every((step) => step === 'likeness') ? calmS + 0.5 : 0;
      if (this.context.clock.nowUs() > endAt) {
        throw new Error(
          `${this.shape.row}: no likeness on the output after 90 s; last steps ${[...new Set(steps)].join(' ')}\n${server.logs()}`,
        );
      }
    }
    this.context.note(`${this.shape.row}: likeness on screen, counting`);
  }

  async #alone(seconds: number, server: BenchServer): Promise<void> {
    await Promise.all(this.#probes.map(take));
    const cpu = server.cpuSeconds();
    const grabbing = this.#probes[0]!;
    const everyFrames = Math.max(1, Math.floor((seconds * this.shape.framesPerSecond) / (grabsInAll + 1)));
    grabbing.command({ do: 'grab', count: grabsInAll, everyFrames });
    this.keyframeLatencyMs = await server.keyframeLatencyMs(seconds);
    const after = server.cpuSeconds();
    for (const probe of this.#probes) countFrames(this.server, await take(probe));
    grabbing.command({ do: 'grab', count: 0, everyFrames: 1 });
    this.grabs.push(...grabbing.of('grabbed').map((event) => event as unknown as GrabbedFrame));
    if (cpu && after)
      this.cores = {
        lanes: (after.lanes - cpu.lanes) / seconds,
        inference: (after.inference - cpu.inference) / seconds,
      };
  }

  /** One relay, of the first camera; the eyes on further cameras stay where they are. */
  async #byTurns(seconds: number, server: BenchServer): Promise<RelayPeer> {
    const [eye, place] = [this.#probes[0]!, this.#places[0]!];
    const outputName = uniqueName('Bench Relay');
    const relay = await server.atLanePriority(() =>
      this.peers.relay({ machineName: 'RELAY', name: place.camera, outputName }),
    );
    await relay.waitFor('first');
    const turns = Math.max(1, Math.round(seconds / (2 * turnS)));
    for (let turn = 0; turn < turns; turn++) {
      for (const [name, counts] of [
        [place.output, this.besideRelay],
        [outputName, this.besideServer],
      ] as const) {
        await connect(eye, name);
        await sleep(settleMs);
        await take(eye);
        await sleep((seconds * 1000) / (2 * turns));
        countFrames(counts, await take(eye));
      }
    }
    return { relay, outputName };
  }

  async #relayAlone(seconds: number, { relay, outputName }: RelayPeer): Promise<void> {
    const eye = this.#probes[0]!;
    await connect(eye, outputName);
    await sleep(settleMs);
    await take(eye);
    await sleep(seconds * 1000);
    countFrames(this.relay, await take(eye));
    await relay.stop();
  }
}

interface RelayPeer {
  readonly relay: PeerProcess;
  readonly outputName: string;
}

async function connect(probe: PeerProcess, name: string): Promise<void> {
  const from = probe.events.length;
  probe.command({ do: 'connect', name });
  await probe.waitFor('first', undefined, 40_000, from);
}

async function take(probe: PeerProcess): Promise<SeenFrame[]> {
  const from = probe.events.length;
  probe.command({ do: 'take' });
  return (await probe.waitFor('taken', undefined, 20_000, from))['frames'] as SeenFrame[];
}

/** What a loop bench found; its grabbed pictures are gone afterwards, so `look` is given them before. */
export type LoopFigures = Pick<
  LoopRun,
  'server' | 'besideRelay' | 'besideServer' | 'relay' | 'cores' | 'keyframeLatencyMs'
>;

export async function measureLoop(
  shape: LoopShape,
  context: BenchContext,
  look?: (grabs: readonly GrabbedFrame[]) => Promise<void>,
): Promise<LoopFigures> {
  const folder = mkdtempSync(join(tmpdir(), 'understudy-loop-'));
  const mdns = await startLoopbackMdns();
  // The server's processes take it from here; the peers are given it.
  const before = process.env['DBUS_SYSTEM_BUS_ADDRESS'];
  if (mdns) process.env['DBUS_SYSTEM_BUS_ADDRESS'] = mdns.environment.DBUS_SYSTEM_BUS_ADDRESS;
  const peers = new Peers(mdns?.environment ?? {});
  try {
    const run = new LoopRun(shape, peers, folder, context);
    await run.measure(context.seconds ?? 20);
    await peers.close();
    await look?.(run.grabs);
    return run;
  } finally {
    await peers.close();
    await mdns?.close();
    if (before === undefined) delete process.env['DBUS_SYSTEM_BUS_ADDRESS'];
    else process.env['DBUS_SYSTEM_BUS_ADDRESS'] = before;
    rmSync(folder, { recursive: true, force: true });
  }
}

async function loopRows(shape: LoopShape, context: BenchContext): Promise<BenchRow[]> {
  const identity: BenchRow[] = [];
  const figures = await measureLoop(shape, context, async (grabs) => {
    context.note(`${shape.row}: measuring identity on ${grabs.length} pictures`);
    identity.push(...(await gainOfGrabs(shape, grabs)));
  });
  return [...rowsOf(shape.row, figures), ...identity];
}

/** Delays through the server, beside those through the relay. */
function delayRows(row: string, name: string, through: LoopCounts, bare: LoopCounts): BenchRow[] {
  return (
    [
      ['p50', 0.5],
      ['p95', 0.95],
      ['p99', 0.99],
    ] as const
  ).flatMap(([quantile, share]) => {
    const [ms, bareMs] = [through.delayMs(share), bare.delayMs(share)];
    return [
      benchRow(row, `addedDelayMs${name}.${quantile}`, ms - bareMs, 'ms', null, through.frames),
      benchRow(row, `delayMs${name}.${quantile}`, ms, 'ms', bareMs, through.frames),
    ];
  });
}

function rowsOf(row: string, figures: LoopFigures): BenchRow[] {
  const { server, besideRelay, besideServer, relay, cores, keyframeLatencyMs } = figures;
  const latencyAt = (share: number): number =>
    keyframeLatencyMs[Math.floor(share * (keyframeLatencyMs.length - 1))] ?? Number.NaN;
  const { frames } = server;
  const counted = (metric: string, value: number): BenchRow => benchRow(row, metric, value, 'frames', null, frames);
  return [
    counted('framesLost', server.lost),
    counted('framesOutOfOrder', server.outOfOrder),
    counted('framesBlack', server.black),
    counted('framesUnlabelled', server.unlabelled + besideRelay.unlabelled),
    counted('framesUnstamped', server.unstamped),
    counted('concealedFrames', server.notLikeness),
    benchRow(row, 'framesLost.besideRelay', besideRelay.lost, 'frames', besideServer.lost, besideRelay.frames),
    ...delayRows(row, '', server, relay),
    ...delayRows(row, '.busy', besideRelay, besideServer),
    benchRow(row, 'keyframeLatencyMs.p50', latencyAt(0.5), 'ms', null, keyframeLatencyMs.length),
    benchRow(row, 'keyframeLatencyMs.p95', latencyAt(0.95), 'ms', null, keyframeLatencyMs.length),
    ...(cores === null
      ? []
      : [
          benchRow(row, 'cores.lanes', cores.lanes, 'cores', null, frames),
          benchRow(row, 'cores.inference', cores.inference, 'cores', null, frames),
        ]),
  ];
}

export const loopEntries: readonly BenchEntry[] = loopShapes.map((shape) => ({
  name: shape.row,
  run: (context) => loopRows(shape, context),
}));
