import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CodedError } from '../../errors/coded-error.js';
import { cosine, identityMatch } from '../../frame/identity.js';
import type { FaceMesher } from '../../stages/keyframe/analysis/face-mesher.js';
import type { FaceDetector } from '../../stages/keyframe/analysis/face-detector.js';
import type { IdentityEmbedder } from '../../stages/keyframe/analysis/identity-embedder.js';
import { cropFace, mapLandmarks, roiOfLandmarks } from '../../stages/keyframe/analysis/region.js';
import { machineClock } from '../../time/clock.js';
import { buildLikeness } from './build.js';
import { encodePhoto, photoFaces } from './photo-faces.js';

/** Looks that a lane took of a performer who stands before its camera: RGB squares, one after the other in one file. */
export interface LiveLooks {
  readonly file: string;
  readonly sidePx: number;
  readonly count: number;
  /** Where the best of them are kept as photos; what is there already is replaced. */
  readonly folder: string;
}
export interface LookModels {
  readonly detector: FaceDetector;
  readonly mesher: FaceMesher;
  readonly embedder: IdentityEmbedder;
}
interface GoodLook {
  readonly png: Uint8Array;
  readonly identity: Float32Array;
  readonly score: number;
}

/** Photos that are kept; fewer usable looks than the second are refused. */
export const liveLooksKept = 4;
export const leastGoodLooks = 3;

/**
 * The best looks as PNG files, sharp and towards the camera first: their paths. The rules for a usable look are those of a photo; all
 * must show one person. Throws ENROLMENT_TOO_FEW with the commonest reason.
 */
export async function keepBestLooks(performerId: string, looks: LiveLooks, models: LookModels): Promise<string[]> {
  const { good, reason } = await measureLooks(looks, models);
  const alike = samePerson(good);
  if (alike.length < leastGoodLooks) {
    throw new CodedError('ENROLMENT_TOO_FEW', {
      performer: performerId,
      good: alike.length,
      looks: looks.count,
      reason: alike.length < good.length ? 'they show more than one person' : reason,
    });
  }
  const best = [...alike].sort((a, b) => b.score - a.score).slice(0, liveLooksKept);
  mkdirSync(looks.folder, { recursive: true });
  for (const name of readdirSync(looks.folder)) if (name.endsWith('.png')) rmSync(join(looks.folder, name));
  return best.map(({ png }, i) => {
    const path = join(looks.folder, `live-${i + 1}.png`);
    writeFileSync(path, png, { mode: 0o600 });
    return path;
  });
}

async function measureLooks(
  { file, sidePx, count }: LiveLooks,
  { detector, mesher, embedder }: LookModels,
): Promise<{ good: GoodLook[]; reason: string }> {
  const bytes = readFileSync(file);
  const faces = photoFaces(detector, mesher);
  const good: GoodLook[] = [];
  const reasons = new Map<string, number>();
  for (let n = 0; n < count; n++) {
    const rgb = bytes.subarray(n * sidePx * sidePx * 3, (n + 1) * sidePx * sidePx * 3);
    const png = encodePhoto(rgb, sidePx, sidePx);
    try {
      const photos = [{ name: `look ${n + 1}`, bytes: png }];
      const { manifest } = await buildLikeness(
        { id: 'look', name: 'look', photos, consent: null },
        faces,
        machineClock,
      );
      const { landmarksPx, yawDeg } = manifest.photos[0]!;
      const landmarks = Float32Array.from(landmarksPx);
      const toCrop = roiOfLandmarks(landmarks);
      const crop = cropFace({ data: rgb, widthPx: sidePx, heightPx: sidePx }, toCrop);
      const identity = await embedder.embed(crop, mapLandmarks(landmarks, toCrop));
      good.push({ png, identity, score: sharpness(rgb, sidePx) * Math.cos((yawDeg * Math.PI) / 180) ** 4 });
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
      reasons.set(error.message, (reasons.get(error.message) ?? 0) + 1);
    }
  }
  const [commonest] = [...reasons].sort((a, b) => b[1] - a[1]);
  return { good, reason: commonest?.[0] ?? 'too few pictures were taken' };
}

/** The largest set that looks like the one look which most others look like. */
function samePerson(looks: readonly GoodLook[]): readonly GoodLook[] {
  let most: readonly GoodLook[] = [];
  for (const { identity } of looks) {
    const alike = looks.filter((other) => cosine(identity, other.identity) >= identityMatch.acquireAt);
    if (alike.length > most.length) most = alike;
  }
  return most;
}

/** Mean difference between a pixel and its neighbours in the middle of the picture, codes: motion blur lowers it first. */
function sharpness(rgb: Uint8Array, sidePx: number): number {
  const green = (x: number, y: number): number => rgb[(y * sidePx + x) * 3 + 1]!;
  let sum = 0,
    count = 0;
  for (let y = sidePx >> 2; y < (sidePx * 3) >> 2; y++) {
    for (let x = sidePx >> 2; x < (sidePx * 3) >> 2; x++, count++)
      sum += Math.abs(2 * green(x, y) - green(x + 1, y) - green(x, y + 1));
  }
  return sum / count;
}
