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
  readonly #mesher: FaceMesher;
  readonly #embedder: IdentityEmbedder;

  private constructor(
    mesher: FaceMesher,
    embedder: IdentityEmbedder,
    readonly likeness: Float32Array,
    readonly performer: Float32Array,
  ) {
    this.#mesher = mesher;
    this.#embedder = embedder;
  }

  /** The demo's likeness ("sasha") by the photos of its package, the performer ("robin") by the enrolment photos. */
  static async open(): Promise<IdentityMeter> {
    const session = { threads: 1 };
    const detector = await FaceDetector.create(createSession, { session });
    const mesher = await FaceMesher.create(createSession, undefined, session);
    const embedder = await IdentityEmbedder.create(createSession, session);
    const faces = photoFaces(detector, mesher);
    const meanOf = async (folder: string, start: string): Promise<Float32Array> => {
      const files = existsSync(folder) ? readdirSync(folder).filter((name) => name.startsWith(start)) : [];
      if (files.length === 0) throw new Error(`No photos ${start}* in ${folder}: run node setup.mjs --for test`);
      const mean = new Float32Array(1024);
      for (const file of files) {
        const photo = await decodePhoto(readFileSync(join(folder, file)));
        const [face] = await faces.find(photo);
        if (!face) throw new Error(`No face in ${file}`);
        const { landmarksPx } = await faces.measure(photo, face);
        const roi = roiOfLandmarks(landmarksPx);
        const crop = cropFace({ data: photo.rgb, widthPx: photo.widthPx, heightPx: photo.heightPx }, roi);
        const identity = await embedder.embed(crop, mapLandmarks(landmarksPx, roi));
        const norm = Math.hypot(...identity) || 1;
        for (let i = 0; i < mean.length; i++) mean[i]! += identity[i]! / norm;
      }
      return mean;
    };
    const demo = join(buildRoot, 'demo');
    const likeness = await meanOf(join(demo, 'photos'), 'sasha-');
    const performer = await meanOf(join(demo, 'performers'), 'robin-');
    await detector.close();
    return new IdentityMeter(mesher, embedder, likeness, performer);
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
    await Promise.all([this.#mesher.close(), this.#embedder.close()]);
  }
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
