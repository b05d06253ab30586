import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createCanvas } from '@napi-rs/canvas';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildRoot } from '../../../server/paths.js';
import type { Lane } from '../../../server/pipeline/lane.js';
import type { SceneName } from '../../../server/stage-sim/scene/scripts.js';
import { isCastBuilt, StageScene } from '../../../server/stage-sim/stage-scene.js';
import { uyvyToRgba } from '../../bench/pictures.js';
import { StageRunner } from '../../bench/stage-run.js';
import { goldenSwapper } from '../../golden/neural-models.js';
import { prepareShow } from '../../../server/supervisor/prepare-show.js';
import {
  cellsOf,
  countered,
  counteredEngine,
  counteredOf,
  GoldenState,
  meanDifference,
  showWith,
  tinted,
  tintedEngine,
  tintedOf,
} from './golden-show.js';

const widthPx = 960,
  heightPx = 540;
const lookFolder = process.env['UNDERSTUDY_LOOK'] ?? null;
let state: GoldenState;
let runner: StageRunner;
beforeAll(async () => {
  state = new GoldenState();
  await state.add('tinted', 'hyperswap', goldenSwapper('hyperswap', tinted));
  await state.add('countered', 'hyperswap', goldenSwapper('hyperswap', countered));
  runner = new StageRunner();
  await runner.open();
});
afterAll(() => {
  runner.close();
  state.close();
});

interface Seen {
  readonly n: number;
  /** Mean difference, in codes, of the shown face's middle from the arithmetic done on the camera's own pixels. */
  readonly error: number;
  /** The same from the camera's pixels themselves. */
  readonly change: number;
  /** How far it has come from the first engine's arithmetic to the second's, and how far off that line it is, in codes. */
  readonly other01: number;
  readonly offLine: number;
  readonly by: string | null;
  readonly ageFrames: number;
  readonly step: string;
}

/** Where `shown` lies between two pictures. */
function between(one: number[][], other: number[][], shown: number[][]): Pick<Seen, 'other01' | 'offLine'> {
  let along = 0,
    whole = 0;
  one.forEach((cell, i) =>
    cell.forEach((value, k) => {
      const way = other[i]![k]! - value;
      along += (shown[i]![k]! - value) * way;
      whole += way * way;
    }),
  );
  const other01 = along / whole;
  const line = one.map((cell, i) => cell.map((value, k) => value + (other[i]![k]! - value) * other01));
  return { other01, offLine: meanDifference(line, shown) };
}

/** The middle of the face, as the picture shows it. */
function middle(uyvy: Uint8Array, lane: Lane): number[][] {
  const { box } = lane.parts.track.faces.find(({ active }) => active)!;
  const w = box.x1 - box.x0,
    h = box.y1 - box.y0;
  const part = {
    x: Math.round(box.x0 + w * 0.3),
    y: Math.round(box.y0 + h * 0.35),
    w: (w * 0.4) & ~7,
    h: (h * 0.4) & ~7,
  };
  return cellsOf(uyvy, widthPx, heightPx, part);
}

async function play(
  scene: SceneName,
  frames: number,
  engines: Parameters<typeof showWith>[0],
  options: {
    readonly values?: Record<string, number | string | boolean>;
    readonly onFrame?: (n: number, lane: Lane) => void | Promise<void>;
    readonly changeBefore?: (n: number) => Record<string, string> | null;
  } = {},
): Promise<Seen[]> {
  const stage = new StageScene({ scene, seed: 1, widthPx, heightPx });
  const plain = new Uint8Array(widthPx * heightPx * 2);
  const seen: Seen[] = [];
  const strip: Uint8ClampedArray[] = [];
  await runner.run({
    widthPx,
    heightPx,
    framesPerSecond: 25,
    frames,
    time: 'frames',
    ...(options.changeBefore ? { changeBefore: options.changeBefore } : {}),
    show: showWith(engines),
    values: { '/understudy/lane/cam-a/keyframe/intervalFrames': 6, ...options.values },
    render: (n, target) => {
      stage.renderFrame(n, { who: 'performer' }, target);
      plain.set(target);
    },
    onOutput: async (n, uyvy, lane) => {
      const face = lane.parts.track.faces.find(({ active }) => active);
      if (face?.performerId) {
        const camera = middle(plain, lane),
          shown = middle(uyvy, lane);
        seen.push({
          n,
          error: meanDifference(shown, camera.map(tintedOf)),
          change: meanDifference(shown, camera),
          ...between(camera.map(tintedOf), camera.map(counteredOf), shown),
          by: lane.parts.shelf.engineOf(face.performerId)?.drawnBy ?? null,
          ageFrames: lane.parts.carrier.of(face.faceId).current?.ageFrames ?? -1,
          step: lane.step,
        });
      }
      if (n % 8 === 7)
        strip.push(uyvyToRgba(plain, widthPx, heightPx, look), uyvyToRgba(uyvy, widthPx, heightPx, look));
      await options.onFrame?.(n, lane);
      // An answer is three pictures late, always: what is drawn was carried through three flows at least.
      const { counters } = lane.parts.patches;
      if (n % 6 === 5) await until(() => counters['patch.answered'] >= counters['patch.asked'], 4000);
    },
  });
  if (lookFolder) save(`${lookFolder}/${scene}.png`, strip);
  return seen;
}
const look = { x: 285, y: 45, w: 390, h: 435 };
function save(path: string, pictures: readonly Uint8ClampedArray[]): void {
  const canvas = createCanvas(look.w * 2, (look.h * pictures.length) / 2);
  pictures.forEach((rgba, i) => {
    const image = canvas.getContext('2d').createImageData(look.w, look.h);
    image.data.set(rgba);
    canvas.getContext('2d').putImageData(image, (i % 2) * look.w, (i >> 1) * look.h);
  });
  writeFileSync(path, canvas.toBuffer('image/png'));
}
async function until(condition: () => boolean, timeoutMs: number): Promise<void> {
  const end = Date.now() + timeoutMs;
  while (!condition() && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 5));
}
/** Engines load beside what runs; a test waits for them. */
const ready = (lane: Lane): Promise<void> =>
  until(() => lane.parts.shelf.wanted.every((key) => lane.parts.patches.isReady(key)), 20_000);
/** The same likeness under another name, drawn by the other network: as an operator changes engines inside a take. */
async function giveCountered(lane: Lane): Promise<void> {
  const { likenesses } = await prepareShow(
    null,
    showWith({ sasha: counteredEngine }),
    join(buildRoot, 'demo', 'prepared'),
  );
  await lane.parts.shelf.addLikeness({ ...likenesses.find(({ id }) => id === 'sasha')!, id: 'countered' });
  for (const { performerId } of lane.parts.shelf.cast) lane.parts.shelf.assign(performerId, 'countered');
}
const swap = { sasha: tintedEngine };
const switchFrames = 8;

describe.skipIf(!isCastBuilt())('neural patches through the real lane (skipped: no cast)', () => {
  it('what is shown is the network’s arithmetic on this very picture, carried by flow; engines give way without a pop', async () => {
    const engine = '/understudy/lane/cam-a/likeness/engine';
    const seen = await play('turn', 52, swap, {
      onFrame: async (n, lane) => {
        if (n === 12) await ready(lane);
      },
      changeBefore: (n) => (n === 35 ? { [engine]: 'mesh' } : n === 44 ? { [engine]: 'show' } : null),
    });
    if (lookFolder) console.table(seen);
    const steady = seen.filter(({ n, by }) => n >= 20 && n <= 34 && by === 'neural');
    expect(steady.length).toBe(15);
    const errors = steady.map(({ error }) => error).sort((a, b) => a - b);
    expect(errors[7]!).toBeLessThan(4);
    expect(errors.at(-1)!).toBeLessThan(9);
    expect(Math.max(...steady.map(({ ageFrames }) => ageFrames))).toBeGreaterThanOrEqual(5);
    // A tint is no blur: the picture is far from the camera's, and near the arithmetic.
    expect(Math.min(...steady.map(({ change }) => change))).toBeGreaterThan(15);
    // Six pictures of cross-fade each way: no step is as large as the whole difference between the engines.
    const after = seen.filter(({ n }) => n >= 33);
    const whole = Math.max(...after.map(({ error }) => error));
    expect(after.find(({ n }) => n === 42)!.by).toBe('mesh');
    expect(after.at(-1)!.by).toBe('neural');
    expect(whole).toBeGreaterThan(15);
    for (let i = 1; i < after.length; i++)
      expect(Math.abs(after[i]!.error - after[i - 1]!.error)).toBeLessThan(whole * 0.4);
    // And no picture was missed or concealed on the way.
    expect(seen.map(({ n }) => n)).toEqual(seen.map((_, i) => seen[0]!.n + i));
    expect(seen.every(({ step }) => step === 'likeness')).toBe(true);
  });

  it('one neural engine gives way to another inside a take: loaded beside it, then a cross-fade from picture to picture', async () => {
    const seen = await play('talk', 48, swap, {
      // Patches come faster than the cross-fade lasts: the newest of the one that leaves must stay until it has left.
      values: {
        '/understudy/lane/cam-a/keyframe/intervalFrames': 2,
        '/understudy/lane/cam-a/likeness/switchFrames': switchFrames,
      },
      onFrame: async (n, lane) => {
        if (n === 8) await ready(lane);
        if (n === 24) {
          await giveCountered(lane);
          await ready(lane);
        }
      },
    });
    if (lookFolder) console.table(seen);
    const neural = seen.filter(({ n }) => n >= 20);
    expect(neural.map(({ n }) => n)).toEqual(neural.map((_, i) => 20 + i));
    expect(neural.every(({ by, step }) => by === 'neural' && step === 'likeness')).toBe(true);
    // Nothing but the two engines' own arithmetic is ever on screen, and mixtures of it.
    expect(Math.max(...neural.map(({ offLine }) => offLine))).toBeLessThan(8);
    const way = neural.map(({ other01 }) => other01);
    expect(Math.abs(way[0]!)).toBeLessThan(0.15);
    expect(way.at(-1)!).toBeGreaterThan(0.85);
    const steps = way.slice(1).map((value, i) => value - way[i]!);
    expect(Math.max(...steps.map(Math.abs))).toBeLessThan(2 / (switchFrames + 1));
    expect(way.filter((value) => value > 0.15 && value < 0.85).length).toBeGreaterThanOrEqual(switchFrames / 2);
  });
});
