// Bench row ceiling: how much identity a mask of a given size can carry at all. The ideal's own pixels are laid into the plain
// picture inside masks of several sizes; the output stands beside. What the ideal misses in the mask of today is coverage; what
// the output misses against the ideal in the same mask is texture, shape and light, and two exchanges of fine and coarse say which.
import type { BoxPx } from '../../server/frame/geometry.js';
import type { SceneName } from '../../server/stage-sim/scene/scripts.js';
import { StageScene } from '../../server/stage-sim/stage-scene.js';
import { StageTruth } from '../../server/stage-sim/stage-truth.js';
import type { BenchContext, BenchEntry } from './context.js';
import { type FaceMeasure, identityGain, IdentityMeter } from './identity.js';
import { ovalAlpha } from './oval.js';
import { cutPart, evenBox, lay, type Part, softened } from './part.js';
import { benchRow, type BenchRow } from './row.js';
import { StageRunner } from './stage-run.js';

const scenes: readonly SceneName[] = ['talk', 'turn'];
const picture = { widthPx: 1920, heightPx: 1080 };
const framesPerSecond = 25;
const firstFrame = 10;
const every = 5;
const modeAddress = '/understudy/output/cam-a/output/mode';
const ovals = [0, 10, 20, 40] as const;

interface Look {
  readonly plain: Part;
  readonly ideal: Part;
  readonly output: Part;
  readonly alpha: Uint8Array;
  readonly faceMask: Uint8Array;
  /** The lane's, picture px. */
  readonly landmarks: Float32Array;
  readonly truth: Float32Array;
  readonly faceWidthPx: number;
}

async function outputs(
  scene: SceneName,
  frames: number,
  mode: 'likeness' | 'matte',
  boxOf: (n: number) => BoxPx,
): Promise<Map<number, { part: Part; landmarks: Float32Array | null }>> {
  const stage = new StageScene({ scene, seed: 1, ...picture, framesPerSecond });
  const runner = new StageRunner();
  const found = new Map<number, { part: Part; landmarks: Float32Array | null }>();
  await runner.open();
  try {
    await runner.run({
      ...picture,
      framesPerSecond,
      frames,
      time: 'frames',
      values: { [modeAddress]: mode },
      render: (n, target) => stage.renderFrame(n, { who: 'performer' }, target),
      onOutput: (n, uyvy, lane) => {
        if (n < firstFrame || n % every !== 0) return;
        const face = lane.parts.track.faces.find((one) => one.active && one.performerId !== null);
        found.set(n, {
          part: cutPart(uyvy, picture.widthPx, boxOf(n)),
          landmarks: face ? face.landmarks.slice() : null,
        });
      },
    });
  } finally {
    runner.close();
  }
  return found;
}

async function looksOf(scene: SceneName, frames: number): Promise<Look[]> {
  const stage = new StageScene({ scene, seed: 1, ...picture, framesPerSecond });
  const truth = new StageTruth(stage);
  const boxOf = (n: number): BoxPx => evenBox(truth.people(n)[0]!.faceBox, 0.7, picture);
  const shown = await outputs(scene, frames, 'likeness', boxOf);
  const mattes = await outputs(scene, frames, 'matte', boxOf);
  const drawn = new Uint8Array(picture.widthPx * picture.heightPx * 2);
  const draw = (n: number, who: 'performer' | 'likeness'): Part => {
    stage.renderFrame(n, { who }, drawn);
    return cutPart(drawn, picture.widthPx, boxOf(n));
  };
  const looks: Look[] = [];
  for (const [n, { part: output, landmarks }] of shown) {
    const matte = mattes.get(n);
    if (!landmarks || !matte) continue;
    const { widthPx, heightPx } = output;
    const alpha = Uint8Array.from({ length: widthPx * heightPx }, (_, i) =>
      Math.min(255, Math.max(0, ((matte.part.uyvy[i * 2 + 1]! - 16) * 255) / 219)),
    );
    const person = truth.people(n)[0]!;
    const { face } = truth.masks(n);
    const { x0, y0 } = output.box;
    const faceMask = Uint8Array.from(
      { length: widthPx * heightPx },
      (_, i) => face[(y0 + Math.floor(i / widthPx)) * picture.widthPx + x0 + (i % widthPx)]!,
    );
    looks.push({
      plain: draw(n, 'performer'),
      ideal: draw(n, 'likeness'),
      output,
      alpha,
      faceMask,
      landmarks,
      truth: person.landmarks.slice(),
      faceWidthPx: person.faceBox.x1 - person.faceBox.x0,
    });
  }
  return looks;
}

/** The coarse part of one picture with the fine part of another. */
function mixed(coarse: Part, fine: Part, radiusPx: number): Part {
  const out = new Uint8ClampedArray(coarse.uyvy.length);
  // Luma at odd bytes; chroma of a pair at 4i and 4i + 2.
  const planes: readonly (readonly [number, number])[] = [
    [1, 2],
    [0, 4],
    [2, 4],
  ];
  for (const [first, step] of planes) {
    const size = { widthPx: (coarse.widthPx * 2) / step, heightPx: coarse.heightPx };
    const plane = (part: Part): Float32Array =>
      Float32Array.from({ length: size.widthPx * size.heightPx }, (_, i) => part.uyvy[first + i * step]!);
    const radius = Math.max(1, Math.round((radiusPx * 2) / step));
    const [low, other] = [softened(plane(coarse), size, radius), plane(fine)];
    const otherLow = softened(other, size, radius);
    for (let i = 0; i < low.length; i++) out[first + i * step] = low[i]! + other[i]! - otherLow[i]!;
  }
  return { ...coarse, uyvy: new Uint8Array(out.buffer) };
}

/** What is laid together, by the metric's name. */
function variants(look: Look): Record<string, Part> {
  const { plain, ideal, output, alpha, faceMask, landmarks, faceWidthPx } = look;
  const coarsePx = Math.round(faceWidthPx * 0.06);
  return {
    output,
    'ideal.inMask': lay(ideal, plain, alpha),
    ...Object.fromEntries(
      ovals.map((percent) => [
        `ideal.inOval+${percent}%`,
        lay(ideal, plain, ovalAlpha(landmarks, output.box, 1 + percent / 100, faceWidthPx * 0.03)),
      ]),
    ),
    'ideal.inFaceSkin': lay(ideal, plain, faceMask),
    'outputOverIdeal.inMask': lay(output, ideal, alpha),
    'idealTone+outputDetail.inMask': lay(mixed(ideal, output, coarsePx), plain, alpha),
    'outputTone+idealDetail.inMask': lay(mixed(output, ideal, coarsePx), plain, alpha),
  };
}

async function ceilingRows(context: BenchContext): Promise<BenchRow[]> {
  const frames = Math.max(20, Math.round((context.seconds ?? 1.8) * framesPerSecond));
  const meter = await IdentityMeter.open();
  const rows: BenchRow[] = [];
  try {
    const everywhere = new Map<string, FaceMeasure[]>();
    for (const scene of scenes) {
      context.note(`ceiling: ${scene}, ${frames} frames`);
      const measured = new Map<string, FaceMeasure[]>();
      for (const look of await looksOf(scene, frames)) {
        for (const [name, part] of Object.entries({ plain: look.plain, ideal: look.ideal, ...variants(look) })) {
          const face = await meter.measurePart(part, look.truth);
          for (const into of [measured, everywhere]) into.set(name, [...(into.get(name) ?? []), face]);
        }
      }
      rows.push(...gains(`ceiling.${scene}`, measured));
    }
    rows.push(...gains('ceiling', everywhere));
  } finally {
    await meter.close();
  }
  return rows;
}

function gains(row: string, measured: ReadonlyMap<string, readonly FaceMeasure[]>): BenchRow[] {
  const of = (name: string): readonly FaceMeasure[] => measured.get(name) ?? [];
  return [...measured.keys()]
    .filter((name) => name !== 'plain' && name !== 'ideal')
    .map((name) =>
      benchRow(row, `gain.${name}`, identityGain(of(name), of('plain'), of('ideal')), '', 1, of(name).length),
    );
}

export const ceilingEntry: BenchEntry = { name: 'ceiling', run: (context) => ceilingRows(context) };
