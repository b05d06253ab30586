import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { invertAffine } from '../../server/frame/geometry.js';
import { decodePhoto, photoFaces } from '../../server/likeness/package/photo-faces.js';
import { createSession } from '../../server/onnx/ort.js';
import { buildRoot } from '../../server/paths.js';
import { FaceDetector } from '../../server/stages/keyframe/analysis/face-detector.js';
import { FaceMesher } from '../../server/stages/keyframe/analysis/face-mesher.js';
import { cosine } from '../../server/frame/identity.js';
import { IdentityEmbedder } from '../../server/stages/keyframe/analysis/identity-embedder.js';
import type { RgbPicture } from '../../server/stages/keyframe/analysis/picture.js';
import { cropFace, mapLandmarks, roiOfLandmarks } from '../../server/stages/keyframe/analysis/region.js';
import { type Part, rgbOfPart } from './part.js';

/** A face measured in a picture: where it is, and who it looks like (cosine to the likeness and to the performer, −1…1). */
export interface FaceMeasure {
  /** 478 × (x, y, z), picture px. */
  readonly landmarks: Float32Array;
  readonly presence01: number;
  readonly toLikeness: number;
  readonly toPerformer: number;
}

/** The models of the product, used on finished pictures to say who is in them. Two looks per face: the second crop is steadier. */
export class IdentityMeter {
  readonly #detector: FaceDetector;
  readonly #mesher: FaceMesher;
  readonly #embedder: IdentityEmbedder;

  private constructor(
    detector: FaceDetector,
    mesher: FaceMesher,
    embedder: IdentityEmbedder,
    readonly likeness: Float32Array,
    readonly performer: Float32Array,
  ) {
    this.#detector = detector;
    this.#mesher = mesher;
    this.#embedder = embedder;
  }

  /** The demo's likeness ("sasha") by the photos of its package, the performer ("robin") by the enrolment photos. */
  static async open(): Promise<IdentityMeter> {
    const demo = join(buildRoot, 'demo');
    return IdentityMeter.knowing({
      likeness: likenessPhotos(),
      performer: photosIn(join(demo, 'performers'), 'robin-'),
    });
  }

  /** By photos, PNG or JPEG, of somebody who is alone in them. */
  static async knowing(who: {
    readonly likeness: readonly string[];
    readonly performer: readonly string[];
  }): Promise<IdentityMeter> {
    const session = { threads: 1 };
    const detector = await FaceDetector.create(createSession, { session });
    const mesher = await FaceMesher.create(createSession, undefined, session);
    const embedder = await IdentityEmbedder.create(createSession, session);
    const meter = new IdentityMeter(detector, mesher, embedder, new Float32Array(1024), new Float32Array(1024));
    for (const [files, mean] of [
      [who.likeness, meter.likeness],
      [who.performer, meter.performer],
    ] as const) {
      for (const file of files) {
        const { rgb, widthPx, heightPx } = await decodePhoto(readFileSync(file));
        const identity = await meter.#embed({ data: rgb, widthPx, heightPx });
        const norm = Math.hypot(...identity) || 1;
        for (let i = 0; i < mean.length; i++) mean[i]! += identity[i]! / norm;
      }
    }
    return meter;
  }

  /** 478 × (x, y, z), picture px, of the largest face that the detector finds; throws where there is none. */
  async landmarksIn(picture: RgbPicture): Promise<Float32Array> {
    const faces = photoFaces(this.#detector, this.#mesher);
    const photo = { rgb: picture.data as Uint8Array, widthPx: picture.widthPx, heightPx: picture.heightPx };
    const [face] = await faces.find(photo);
    if (!face) throw new Error('No face in the picture');
    return (await faces.measure(photo, face)).landmarksPx;
  }

  async #embed(picture: RgbPicture): Promise<Float32Array> {
    const landmarks = await this.landmarksIn(picture);
    const roi = roiOfLandmarks(landmarks);
    return this.#embedder.embed(cropFace(picture, roi), mapLandmarks(landmarks, roi));
  }

  /** `near`: landmarks (picture px) that say where to look, such as the stage's truth; the mesh model then looks twice. */
  async measure(picture: RgbPicture, near: Float32Array): Promise<FaceMeasure> {
    const rough = roiOfLandmarks(near);
    const first = await this.#mesher.landmarks(cropFace(picture, rough));
    const steady = roiOfLandmarks(mapLandmarks(first.landmarks, invertAffine(rough)));
    const crop = cropFace(picture, steady);
    const second = await this.#mesher.landmarks(crop);
    const identity = await this.#embedder.embed(crop, second.landmarks);
    return {
      landmarks: mapLandmarks(second.landmarks, invertAffine(steady)),
      presence01: second.presence01,
      toLikeness: cosine(identity, this.likeness),
      toPerformer: cosine(identity, this.performer),
    };
  }

  /** As `measure`, in a cut-out that holds the face with room round it; all landmarks in px of the whole picture. */
  async measurePart(part: Part, near: Float32Array): Promise<FaceMeasure> {
    const { x0, y0 } = part.box;
    const face = await this.measure(rgbOfPart(part), moved(near, -x0, -y0));
    return { ...face, landmarks: moved(face.landmarks, x0, y0) };
  }

  async close(): Promise<void> {
    await Promise.all([this.#detector.close(), this.#mesher.close(), this.#embedder.close()]);
  }
}

/** The photos that the demo's likeness is made from. */
export const likenessPhotos = (): string[] => photosIn(join(buildRoot, 'demo', 'photos'), 'sasha-');

function photosIn(folder: string, start: string): string[] {
  const files = existsSync(folder) ? readdirSync(folder).filter((name) => name.startsWith(start)) : [];
  if (files.length === 0) throw new Error(`No photos ${start}* in ${folder}: run node setup.mjs --for test`);
  return files.map((name) => join(folder, name));
}

const moved = (points: Float32Array, dx: number, dy: number): Float32Array =>
  points.map((value, i) => (i % 3 === 0 ? value + dx : i % 3 === 1 ? value + dy : value));

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** (s − plain) / (truth − plain) of mean similarities to the likeness: 0 is the plain feed, 1 the ideal. */
export function identityGain(
  output: readonly FaceMeasure[],
  plain: readonly FaceMeasure[],
  truth: readonly FaceMeasure[],
): number {
  const of = (faces: readonly FaceMeasure[]): number => mean(faces.map((face) => face.toLikeness));
  return (of(output) - of(plain)) / (of(truth) - of(plain));
}
