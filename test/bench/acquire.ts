// Bench row acquire.1080p50: pictures from the moment at which the stage's truth has the performer (back) in the picture until the output
// shows the likeness, over real NDI, whole server. A cut: the first picture of the other shot. A re-entry: the first picture with nine
// tenths of the face's landmarks in it. The camera's loop runs to and fro over the moment, so that it comes again and again.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../../server/paths.js';
import { StageScene } from '../../server/stage-sim/stage-scene.js';
import { StageTruth } from '../../server/stage-sim/stage-truth.js';
import { startLoopbackMdns } from '../e2e/support/mdns.js';
import { type PeerProcess, Peers, uniqueName } from '../e2e/support/peer-process.js';
import type { BenchContext, BenchEntry } from './context.js';
import type { SeenFrame } from './loop-probe.js';
import { BenchServer } from './loop-server.js';
import { pingPong } from './ping-pong.js';
import { benchRow, type BenchRow } from './row.js';

const row = 'acquire.1080p50';
const picture = { widthPx: 1920, heightPx: 1080, framesPerSecond: 50, people: 1, seed: 1 };
/** Where in its scene each moment lies: the shot changes at 2.6 s, the performer is gone from 4.2 s on. */
export const moments = [
  { scene: 'cut', firstPicture: 98, pictures: 64 },
  { scene: 'reenter', firstPicture: 150, pictures: 70 },
] as const;
type Moment = (typeof moments)[number];
/** Share of the landmarks inside the picture from which a face is there. */
const thereShare01 = 0.9;

/** For each picture of the loop: which shot, and whether the performer is in it. */
export function truthOf({
  scene,
  firstPicture,
  pictures,
}: Moment): { readonly shot: string; readonly there: boolean }[] {
  const stage = new StageScene({ scene, ...picture });
  const truth = new StageTruth(stage);
  return Array.from({ length: pictures }, (_, n) => {
    const { landmarks } = truth.people(firstPicture + n)[0]!;
    let inside = 0;
    for (let i = 0; i < landmarks.length; i += 3) {
      const [x, y] = [landmarks[i]!, landmarks[i + 1]!];
      if (x >= 0 && y >= 0 && x < picture.widthPx && y < picture.heightPx) inside++;
    }
    const { focalPx } = stage.moment(firstPicture + n).view;
    return { shot: focalPx.toFixed(1), there: inside >= (thereShare01 * landmarks.length) / 3 };
  });
}

export interface Arrivals {
  /** Pictures without the likeness from each arrival on. */
  readonly frames: readonly number[];
  /** Arrivals after which the performer left, or the shot changed, before the likeness came. */
  readonly never: number;
}

/**
 * Arrivals in what the eye saw. `truth` by picture of the loop; stamps count the camera's pictures. A picture that is hidden as a whole
 * has no stamp to read, and the first one after a cut is: an arrival is looked for in every number since the last one read.
 */
export function arrivalsIn(
  seen: readonly Pick<SeenFrame, 'stamp' | 'step'>[],
  truth: readonly { readonly shot: string; readonly there: boolean }[],
): Arrivals {
  const frames: number[] = [];
  let never = 0;
  let arrivedAt: number | null = null;
  const at = (stamp: number) => truth[pingPong(stamp, truth.length)]!;
  let last: number | null = null;
  for (const { stamp, step } of seen) {
    if (stamp === null) continue;
    for (let number = (last ?? stamp) + 1; number <= stamp; number++) {
      const now = at(number);
      const before = at(number - 1);
      const arrives = now.there && (!before.there || before.shot !== now.shot);
      if (arrivedAt !== null && (arrives || !now.there)) {
        never++;
        arrivedAt = null;
      }
      if (arrives) arrivedAt = number;
    }
    if (arrivedAt !== null && step === 'likeness') {
      frames.push(stamp - arrivedAt);
      arrivedAt = null;
    }
    last = stamp;
  }
  return { frames, never };
}

export async function watch(moment: Moment, context: BenchContext, peers: Peers, folder: string): Promise<SeenFrame[]> {
  const [camera, output] = [uniqueName('Acquire Camera'), uniqueName('Acquire Output')];
  const script = (name: string): string => join(projectRoot, 'test', 'bench', name);
  const server = new BenchServer([{ laneId: 'cam-a', source: camera, outputName: output }], 1, () => {});
  const take = async (eye: PeerProcess): Promise<SeenFrame[]> => {
    const from = eye.events.length;
    eye.command({ do: 'take' });
    return (await eye.waitFor('taken', undefined, 20_000, from))['frames'] as SeenFrame[];
  };
  try {
    await server.start();
    const eye = await server.atLanePriority(async () => {
      const settings = { ...picture, ...moment, name: camera, machineName: 'BENCH' };
      const playing = await peers.script(script('loop-camera.ts'), settings);
      await playing.waitFor('playing', undefined, 180_000);
      return peers.script(script('loop-probe.ts'), { machineName: 'EYE', grabFolder: folder });
    });
    eye.command({ do: 'connect', name: output });
    await eye.waitFor('first', undefined, 40_000);
    for (let waitedS = 0; !(await take(eye)).some(({ step }) => step === 'likeness'); waitedS++) {
      if (waitedS > 60) throw new Error(`${row} ${moment.scene}: no likeness within a minute\n${server.logs()}`);
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
    await new Promise((resolve) => setTimeout(resolve, ((context.seconds ?? 40) * 1000) / moments.length));
    return await take(eye);
  } finally {
    await server.close();
  }
}

async function acquireRows(context: BenchContext): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const moment of moments) {
    context.note(`${row}: ${moment.scene}`);
    const folder = mkdtempSync(join(tmpdir(), 'understudy-acquire-'));
    const mdns = await startLoopbackMdns();
    const before = process.env['DBUS_SYSTEM_BUS_ADDRESS'];
    if (mdns) process.env['DBUS_SYSTEM_BUS_ADDRESS'] = mdns.environment.DBUS_SYSTEM_BUS_ADDRESS;
    const peers = new Peers(mdns?.environment ?? {});
    try {
      const { frames, never } = arrivalsIn(await watch(moment, context, peers, folder), truthOf(moment));
      const sorted = [...frames].sort((a, b) => a - b);
      const figure = (metric: string, value: number): BenchRow =>
        benchRow(row, `${moment.scene}.${metric}`, value, 'frames', null, frames.length + never);
      rows.push(
        figure('framesToLikeness.median', sorted[sorted.length >> 1] ?? Number.NaN),
        figure('framesToLikeness.most', sorted.at(-1) ?? Number.NaN),
        figure('never', never),
      );
    } finally {
      await peers.close();
      await mdns?.close();
      if (before === undefined) delete process.env['DBUS_SYSTEM_BUS_ADDRESS'];
      else process.env['DBUS_SYSTEM_BUS_ADDRESS'] = before;
      rmSync(folder, { recursive: true, force: true });
    }
  }
  return rows;
}

export const acquireEntry: BenchEntry = { name: row, run: acquireRows };
