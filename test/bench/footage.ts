// Bench rows footage.<clip>: real people, where no truth is known. Leaks, steadiness beside the camera's own, and a contact sheet to
// look at, which stays in build/: the people in the clips agreed to tests, not to being shown.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createCanvas } from '@napi-rs/canvas';
import { readMark } from '../../server/cli/ndi/mark.js';
import { identityMatch } from '../../server/frame/identity.js';
import { buildRoot, testFootageRoot } from '../../server/paths.js';
import type { Lane } from '../../server/pipeline/lane.js';
import { demoShowOnDisk } from '../../server/supervisor/demo.js';
import { ContactSheet } from './contact-sheet.js';
import type { BenchContext, BenchEntry } from './context.js';
import { type FaceMeasure, IdentityMeter, likenessPhotos } from './identity.js';
import { cutPart, evenBox, type Part, partIn, rgbOfPart } from './part.js';
import { lumaOf, meanAbsDifference } from './picture-measures.js';
import { uyvyToRgba } from './pictures.js';
import { benchRow, type BenchRow } from './row.js';
import { mean } from './sequence-measures.js';
import { isLeak } from './leaks.js';
import { concealing } from './sequence-run.js';
import { StageRunner } from './stage-run.js';

interface Clip {
  readonly file: string;
  readonly rate: number;
  /** A picture in which the performer's face is free: they are enrolled by it. */
  readonly enrolAtFrame: number;
  /** Where the clip begins to be worth playing. */
  readonly fromFrame: number;
  /** The enrolment's picture is so much larger than what is played: a photo of a face under 120 px is refused. Default 1. */
  readonly enrolScale?: number;
}
const clips: Readonly<Record<string, Clip>> = {
  handocc: { file: 'handocc_lowkey_woman_720p.mp4', rate: 25, enrolAtFrame: 12, fromFrame: 10 },
  cafe: { file: 'fgocclusion_cafe_720p.mp4', rate: 25, enrolAtFrame: 60, fromFrame: 0 },
  franck: { file: 'franck_talking_bluescreen_first20s.mp4', rate: 24, enrolAtFrame: 20, fromFrame: 0 },
  handMouth: { file: 'hand_over_mouth_asl_eat.mkv', rate: 30, enrolAtFrame: 3, fromFrame: 0, enrolScale: 2 },
  handForehead: { file: 'hand_over_forehead_asl_brother.mkv', rate: 30, enrolAtFrame: 3, fromFrame: 0, enrolScale: 2 },
  foreman: { file: 'foreman_cif.264', rate: 25, enrolAtFrame: 10, fromFrame: 0 },
};
const picture = { widthPx: 1280, heightPx: 720 };
const sheetRows = 8;
/** Half a second without a face that the mesh model believes in: the detector looks anew. */
const lookAnewFrames = 12;

/** UYVY pictures of a clip, scaled into the picture with bars. */
function decode(clip: Clip, from: number, count: number, scale = 1): Promise<Uint8Array[]> {
  const [widthPx, heightPx] = [picture.widthPx * scale, picture.heightPx * scale];
  const frameBytes = widthPx * heightPx * 2;
  const fit = `scale=${widthPx}:${heightPx}:force_original_aspect_ratio=decrease,pad=${widthPx}:${heightPx}:(ow-iw)/2:(oh-ih)/2`;
  const select = `select='between(n,${from},${from + count - 1})',setpts=N`;
  const path = join(testFootageRoot()!, 'video', clip.file);
  const ffmpeg = spawn('ffmpeg', [
    ...['-v', 'error', '-threads', '1', '-i', path, '-vf', `${select},${fit}`, '-fps_mode', 'passthrough'],
    ...['-frames:v', String(count), '-pix_fmt', 'uyvy422', '-f', 'rawvideo', '-'],
  ]);
  const chunks: Buffer[] = [];
  ffmpeg.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  ffmpeg.stderr.pipe(process.stderr);
  return new Promise((resolve, reject) => {
    ffmpeg.on('error', reject);
    ffmpeg.on('close', () => {
      const all = Buffer.concat(chunks);
      const frames = Math.floor(all.length / frameBytes);
      resolve(
        Array.from({ length: frames }, (_, n) => new Uint8Array(all.subarray(n * frameBytes, (n + 1) * frameBytes))),
      );
    });
  });
}

function writePhoto(name: string, uyvy: Uint8Array, scale: number): string {
  const [widthPx, heightPx] = [picture.widthPx * scale, picture.heightPx * scale];
  const canvas = createCanvas(widthPx, heightPx);
  const context = canvas.getContext('2d');
  const image = context.createImageData(widthPx, heightPx);
  image.data.set(uyvyToRgba(uyvy, widthPx, heightPx));
  context.putImageData(image, 0, 0);
  const folder = join(buildRoot, 'bench', 'footage');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${name}.png`);
  writeFileSync(file, canvas.toBuffer('image/png'));
  return file;
}

class FootageMeasures {
  frames = 0;
  judged = 0;
  acquiredAfter = -1;
  leaked = 0;
  concealed = 0;
  plain = 0;
  readonly flicker = { output: [] as number[], plain: [] as number[] };
  readonly tremble = { output: [] as number[], plain: [] as number[] };
  readonly seen = { output: [] as FaceMeasure[], plain: [] as FaceMeasure[] };
}
interface Looked {
  readonly output: Part;
  readonly plain: Part;
  readonly seenOutput: FaceMeasure;
  readonly seenPlain: FaceMeasure;
}

class FootageRun {
  readonly measures = new FootageMeasures();
  readonly sheet = new ContactSheet(['plain', 'output']);
  #near: Float32Array | null = null;
  #lostFor = lookAnewFrames;
  #before: readonly Looked[] = [];

  constructor(
    private readonly name: string,
    private readonly pictures: readonly Uint8Array[],
    private readonly meter: IdentityMeter,
  ) {}

  async look(n: number, output: Uint8Array, lane: Lane, metadata: string | null): Promise<void> {
    const { measures } = this;
    measures.frames++;
    const mark = readMark(metadata);
    const step = mark?.step ?? `${mark?.kind ?? 'no'} picture`;
    if (step === 'likeness' && measures.acquiredAfter < 0) measures.acquiredAfter = n;
    const looked = await this.#measure(n, output, lane);
    if (!looked) return void (this.#before = []);
    // A face that even the camera's own picture does not show as the performer's cannot leak.
    if (looked.seenPlain.toPerformer >= identityMatch.confirmAt) {
      measures.judged++;
      if (isLeak(step, looked.seenOutput)) measures.leaked++;
      if (measures.acquiredAfter >= 0 && concealing.has(step)) measures.concealed++;
      if (step === 'plain') measures.plain++;
    }
    if (step === 'likeness') this.#steadiness(looked);
    this.#before = step === 'likeness' ? [looked, ...this.#before].slice(0, 2) : [];
    if (n % Math.ceil(this.pictures.length / sheetRows) === 0)
      this.sheet.add(`${this.name} ${n}: ${step}`, [looked.plain, looked.output]);
  }

  async #measure(n: number, output: Uint8Array, lane: Lane): Promise<Looked | null> {
    const all = { x0: 0, y0: 0, x1: picture.widthPx, y1: picture.heightPx };
    const whole = cutPart(this.pictures[n]!, picture.widthPx, all);
    const face = lane.parts.track.faces.find((one) => one.active && one.performerId !== null);
    if (face) this.#near = face.landmarks.slice();
    else if (this.#near === null || this.#lostFor >= lookAnewFrames) {
      this.#lostFor = 0;
      this.#near = await this.meter.landmarksIn(rgbOfPart(whole)).catch(() => null);
    }
    if (this.#near === null) return null;
    const box = evenBox(boxOf(this.#near), 0.6, picture);
    if (box.x1 - box.x0 < 32 || box.y1 - box.y0 < 32) return null;
    const plain = partIn(whole, box);
    const seenPlain = await this.meter.measurePart(plain, this.#near);
    if (seenPlain.presence01 < 0.5) {
      this.#lostFor++;
      return null;
    }
    this.#lostFor = 0;
    this.#near = seenPlain.landmarks;
    const part = cutPart(output, picture.widthPx, box);
    return { output: part, plain, seenPlain, seenOutput: await this.meter.measurePart(part, this.#near) };
  }

  #steadiness(looked: Looked): void {
    const { flicker, tremble, seen } = this.measures;
    seen.output.push(looked.seenOutput);
    seen.plain.push(looked.seenPlain);
    const [before, earlier] = this.#before;
    if (!before) return;
    const box = evenBox(boxOf(looked.seenPlain.landmarks), 0.12, picture);
    for (const which of ['output', 'plain'] as const) {
      const change = changeIn(looked[which], before[which], box);
      if (change !== null) flicker[which].push(change);
    }
    if (!earlier) return;
    tremble.output.push(secondDifference(looked.seenOutput, before.seenOutput, earlier.seenOutput));
    tremble.plain.push(secondDifference(looked.seenPlain, before.seenPlain, earlier.seenPlain));
  }
}

function boxOf(landmarks: Float32Array): { x0: number; y0: number; x1: number; y1: number } {
  const along = (axis: 0 | 1): number[] => Array.from({ length: 468 }, (_, i) => landmarks[i * 3 + axis]!);
  const [x, y] = [along(0), along(1)];
  return { x0: Math.min(...x), y0: Math.min(...y), x1: Math.max(...x), y1: Math.max(...y) };
}

/** Null where the two cut-outs do not share the box. */
function changeIn(now: Part, then: Part, box: Part['box']): number | null {
  const held = {
    x0: Math.max(box.x0, now.box.x0, then.box.x0),
    y0: Math.max(box.y0, now.box.y0, then.box.y0),
    x1: Math.min(box.x1, now.box.x1, then.box.x1),
    y1: Math.min(box.y1, now.box.y1, then.box.y1),
  };
  if (held.x1 <= held.x0 || held.y1 <= held.y0) return null;
  return meanAbsDifference(lumaOf(partIn(now, held)), lumaOf(partIn(then, held)));
}

/** How much a mesh trembles: mean second difference of the 468 points, % of the distance between the outer eye corners. */
function secondDifference(now: FaceMeasure, before: FaceMeasure, earlier: FaceMeasure): number {
  const [a, b, c] = [now.landmarks, before.landmarks, earlier.landmarks];
  const eyes = Math.hypot(a[33 * 3]! - a[263 * 3]!, a[33 * 3 + 1]! - a[263 * 3 + 1]!) || 1;
  let sum = 0;
  for (let i = 0; i < 468 * 3; i += 3)
    sum += Math.hypot(a[i]! - 2 * b[i]! + c[i]!, a[i + 1]! - 2 * b[i + 1]! + c[i + 1]!);
  return (100 * sum) / 468 / eyes;
}

async function footageRows(name: string, clip: Clip, context: BenchContext): Promise<BenchRow[]> {
  const row = `footage.${name}`;
  const root = testFootageRoot();
  if (root === null || !existsSync(join(root, 'video', clip.file))) {
    context.note(`${row}: skipped: no test footage`);
    return [];
  }
  const frames = context.frames ?? Math.round((context.seconds ?? 6) * clip.rate);
  const enrolScale = clip.enrolScale ?? 1;
  const [enrolment] = await decode(clip, clip.enrolAtFrame, 1, enrolScale);
  const photo = writePhoto(name, enrolment!, enrolScale);
  const pictures = await decode(clip, clip.fromFrame, frames);
  context.note(`${row}: ${pictures.length} frames`);
  const meter = await IdentityMeter.knowing({ likeness: likenessPhotos(), performer: [photo] });
  const run = new FootageRun(name, pictures, meter);
  const show = demoShowOnDisk();
  const runner = new StageRunner();
  await runner.open();
  try {
    await runner.run({
      ...picture,
      framesPerSecond: clip.rate,
      frames: pictures.length,
      time: 'frames',
      show: { ...show, cast: show.cast.map((performer) => ({ ...performer, enrolment: [photo] })) },
      render: (n, target) => target.set(pictures[n]!),
      onOutput: (n, uyvy, lane, metadata) => run.look(n, uyvy, lane, metadata),
    });
  } finally {
    runner.close();
    await meter.close();
  }
  context.note(`${row}: ${run.sheet.write(row) ?? 'no contact sheet'}`);
  return rowsOf(row, run.measures);
}

/** flicker, tremble, toPerformer: in step likeness; reference: the camera's own picture. leakedFrames and the like: of the frames judged. */
function rowsOf(row: string, { flicker, tremble, seen, ...m }: FootageMeasures): BenchRow[] {
  const of = (metric: string, { output, plain }: { output: number[]; plain: number[] }, unit: string): BenchRow =>
    benchRow(row, metric, mean(output), unit, mean(plain), output.length);
  const faces = (which: 'output' | 'plain', to: 'toLikeness' | 'toPerformer'): number[] =>
    seen[which].map((face) => face[to]);
  const count = (metric: string, value: number, samples: number): BenchRow =>
    benchRow(row, metric, value, 'frames', null, samples);
  return [
    count('leakedFrames', m.leaked, m.judged),
    count('concealedFrames', m.concealed, m.judged),
    count('plainFrames', m.plain, m.judged),
    count('framesToAcquire', m.acquiredAfter, m.frames),
    of('flicker', flicker, 'codes'),
    of('tremble', tremble, '%'),
    of('toLikeness', { output: faces('output', 'toLikeness'), plain: faces('plain', 'toLikeness') }, 'cosine'),
    of('toPerformer', { output: faces('output', 'toPerformer'), plain: faces('plain', 'toPerformer') }, 'cosine'),
  ];
}

export const footageEntries: readonly BenchEntry[] = Object.entries(clips).map(([name, clip]) => ({
  name: `footage.${name}`,
  run: (context) => footageRows(name, clip, context),
}));
