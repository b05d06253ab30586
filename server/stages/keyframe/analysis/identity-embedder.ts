import { invertAffine } from '../../../frame/geometry.js';
import type { ModelSession, SessionFactory, SessionOptions } from '../../../onnx/port.js';
import { arcFaceTemplate01, fitSimilarity, fivePointsOfMesh } from './align.js';
import { meanIdentity } from './mean-identity.js';
import { byteScaleOf, cropSidePx, type ByteScale } from './picture.js';
import { warpPicture } from './warp.js';

export const identityLength = 1024;

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
