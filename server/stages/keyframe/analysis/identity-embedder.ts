import { invertAffine } from '../../../frame/geometry.js';
import type { ModelSession, SessionFactory, SessionOptions } from '../../../onnx/port.js';
import { arcFaceTemplate01, fitSimilarity, fivePointsOfMesh } from './align.js';
import { meanIdentity } from './mean-identity.js';
import { byteScaleOf, cropSidePx, type ByteScale } from './picture.js';
import { warpPicture } from './warp.js';

export const identityLength = 1024;

/**
 * When a face counts as a given person (cosine of embeddings). Measured on 11 photographs of four people: the same person 0.65
 * to 0.80, strangers at most 0.46. A face is bound from `acquireAt` and let go only under `releaseBelow`, so that a turn of the
 * head does not flicker between the two.
 */
export const identityMatch = { acquireAt: 0.58, releaseBelow: 0.46 } as const;

/** Says who a face is, as a vector whose direction is compared with `cosine`. */
export class IdentityEmbedder {
  readonly #session: ModelSession;
  readonly #sidePx: number;
  readonly #scale: ByteScale;
  readonly #template: Float64Array;

  constructor(session: ModelSession) {
    this.#session = session;
    const input = session.manifest.inputs[0];
    this.#sidePx = input?.shape[1] ?? 224;
    this.#scale = byteScaleOf(input?.range ?? [0, 255]);
    this.#template = arcFaceTemplate01.map((part) => part * this.#sidePx);
  }

  static async create(createSession: SessionFactory, session: Partial<SessionOptions> = {}): Promise<IdentityEmbedder> {
    return new IdentityEmbedder(await createSession('faceres', session));
  }

  /**
   * Vector of 1024 for the face in a 256×256 packed RGB crop whose landmarks (478 × x, y, z in crop pixels) are known. The
   * mean face is taken off, so that two strangers come out near 0. Rejects with the codes of ModelSession.infer.
   */
  async embed(rgbCrop: Uint8Array | Uint8ClampedArray, landmarks: Float32Array): Promise<Float32Array> {
    const features = await this.features(rgbCrop, landmarks);
    for (let i = 0; i < features.length; i++) features[i]! -= meanIdentity[i]!;
    return features;
  }

  /** The network's own features, never negative: what the mean face is made of. */
  features(rgbCrop: Uint8Array | Uint8ClampedArray, landmarks: Float32Array): Promise<Float32Array> {
    const toFace = invertAffine(fitSimilarity(fivePointsOfMesh(landmarks), this.#template));
    return this.#session.infer(
      (inputs) =>
        warpPicture({ data: rgbCrop, widthPx: cropSidePx, heightPx: cropSidePx }, toFace, {
          out: inputs['image']!,
          widthPx: this.#sidePx,
          heightPx: this.#sidePx,
          scale: this.#scale,
        }),
      (outputs) => outputs['embedding']!.slice(),
    );
  }

  close(): Promise<void> {
    return this.#session.close();
  }
}

/** Likeness of two identities, −1 to 1; 0 when either is all zeros. */
export function cosine(a: Float32Array, b: Float32Array): number {
  let dot = 0,
    lengthA = 0,
    lengthB = 0;
  for (let i = 0; i < a.length; i++) {
    dot += a[i]! * b[i]!;
    lengthA += a[i]! * a[i]!;
    lengthB += b[i]! * b[i]!;
  }
  return lengthA === 0 || lengthB === 0 ? 0 : dot / Math.sqrt(lengthA * lengthB);
}
