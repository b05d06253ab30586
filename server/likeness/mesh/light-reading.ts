import { type FaceTrack, surfaceCount } from '../../frame/face-track.js';
import type { YuvMatrix } from '../../frame/format.js';
import type { RegionView } from '../../frame/region-view.js';
import type { MeshCanvas } from './canvas.js';
import { LightFit, type VertexLight } from './relight.js';
import { probe } from './sample.js';
import { UnclippedRatio } from './unclipped-ratio.js';

/** How much of the last picture's light is kept. */
const steadiness01 = 0.35;
/** Below this cosine to the camera a vertex is too oblique for its colour to be read. */
const leastFacing = 0.15;

/** Reads the performer's colours at the vertices of the skin mesh and fits the light on them, per face, from picture to picture. */
export class LightReading {
  /** The performer's Y Cb Cr in this picture, legal-range codes; only where the canvas's samples have weight. */
  readonly seenYuv: Float32Array;
  readonly light: VertexLight;
  readonly #fits = new Map<number, { readonly fit: LightFit; readonly ratio: UnclippedRatio }>();

  /** `isSkin`: vertices at which the performer's light can be read. */
  constructor(
    private readonly canvas: MeshCanvas,
    private readonly isSkin: Uint8Array,
  ) {
    const { count } = canvas.mesh;
    this.seenYuv = new Float32Array(count * 3);
    this.light = {
      gain: new Float32Array(count).fill(1),
      tintCb: new Float32Array(count),
      tintCr: new Float32Array(count),
    };
  }

  /**
   * `light` holds the result. The canvas's normals must be this picture's.
   *
   * @param seen vertices × (x, y, z), picture px, y up
   * @param referenceYuv vertices × (Y, Cb, Cr), legal-range codes: the performer in flat light
   * @param light01 how much of the light is taken on: 0 leaves the likeness in its own
   */
  measure(
    face: FaceTrack,
    region: RegionView,
    matrix: YuvMatrix,
    seen: Float32Array,
    referenceYuv: Float32Array,
    light01: number,
  ): void {
    let own = this.#fits.get(face.faceId);
    if (!own) {
      own = { fit: new LightFit(this.canvas.light), ratio: new UnclippedRatio() };
      this.#fits.set(face.faceId, own);
    }
    own.ratio.begin();
    this.#sample(face, region, matrix, seen, referenceYuv, own.ratio);
    const { light } = this;
    own.fit.fit(steadiness01, light);
    for (let i = 0; i < this.canvas.mesh.count; i++) {
      light.gain[i] = 1 + (light.gain[i] - 1) * light01;
      light.tintCb[i] *= light01;
      light.tintCr[i] *= light01;
    }
  }

  #sample(
    face: FaceTrack,
    region: RegionView,
    matrix: YuvMatrix,
    seen: Float32Array,
    reference: Float32Array,
    ratio: UnclippedRatio,
  ): void {
    const { landmarkConfidence, landmarkVisible01 } = face;
    const { memory, light: samples } = this.canvas;
    // A hand before the face has light of its own: beside the tracked points nothing says where it ends.
    const beside01 = face.maskPtr === 0 ? 0.4 : 0;
    const radius = Math.max(1, (face.box.x1 - face.box.x0) * 0.012);
    const yuv = this.seenYuv;
    for (let i = 0; i < this.canvas.mesh.count; i++) {
      samples.weight[i] = 0;
      const facing = samples.normals[i * 3 + 2];
      if (this.isSkin[i] === 0 || facing < leastFacing) continue;
      const at = i * 3;
      probe(memory, region, seen[at] - region.box.x0, -seen[at + 1] - region.box.y0, radius, matrix, yuv, at);
      // Read in place: a view per vertex is 32 kB of garbage a picture.
      const weight = facing * (i < surfaceCount ? (0.1 + landmarkConfidence[i]) * landmarkVisible01[i] : beside01);
      samples.weight[i] = weight;
      ratio.read(yuv, reference, at, matrix, weight > 0);
      samples.ratio[i] = ratio.gain[0]!;
      const luma = Math.max(12, ratio.yuv[0] - 16);
      // At the luma that is seen: a glossy forehead must not bleach what is drawn beside it.
      const seen01 = Math.max(1, yuv[at] - 16) / luma;
      yuv[at + 1] = 128 + (ratio.yuv[1] - 128) * Math.min(1, seen01);
      yuv[at + 2] = 128 + (ratio.yuv[2] - 128) * Math.min(1, seen01);
      const was = Math.max(12, reference[at] - 16);
      samples.dCb[i] = (ratio.yuv[1] - 128) / luma - (reference[at + 1] - 128) / was;
      samples.dCr[i] = (ratio.yuv[2] - 128) / luma - (reference[at + 2] - 128) / was;
    }
  }
}
