import type { ModelSession, SessionFactory, SessionOptions, Tensors } from '../../../onnx/port.js';
import { irisDepths, landmarkCount, meshPointCount, refinements } from './mesh-refinement.js';
import { byteScaleOf, cropSidePx, type ByteScale } from './picture.js';
import { Resizer } from './resize.js';

/** `facemesh-attention`: half the time, the steadier lips. `facemesh-v2`: steadier eyes and face; the one for a GPU. */
export type MeshModel = 'facemesh-attention' | 'facemesh-v2';

export interface FaceMesh {
  /** 478 × (x, y, z) in crop pixels; z on the same scale, smaller is nearer. */
  readonly landmarks: Float32Array;
  /** Probability that the crop shows a face. */
  readonly presence01: number;
}

/** Landmarks of the face in a square crop (see region.ts for the crop's geometry). */
export class FaceMesher {
  readonly #session: ModelSession;
  readonly #sidePx: number;
  readonly #scale: ByteScale;
  readonly #resizer: Resizer | null;
  readonly #read: (outputs: Tensors) => Float32Array;

  constructor(session: ModelSession) {
    this.#session = session;
    const input = session.manifest.inputs[0];
    this.#sidePx = input?.shape[1] ?? cropSidePx;
    this.#scale = byteScaleOf(input?.range ?? [0, 1]);
    this.#resizer =
      this.#sidePx === cropSidePx ? null : new Resizer(cropSidePx, cropSidePx, this.#sidePx, this.#sidePx);
    this.#read = session.manifest.id === 'facemesh-v2' ? readWhole : readRefined;
  }

  static async create(
    createSession: SessionFactory,
    model: MeshModel = 'facemesh-attention',
    session: Partial<SessionOptions> = {},
  ): Promise<FaceMesher> {
    return new FaceMesher(await createSession(model, session));
  }

  /** `rgbCrop` is 256×256 packed RGB. Rejects with the codes of ModelSession.infer. */
  landmarks(rgbCrop: Uint8Array | Uint8ClampedArray): Promise<FaceMesh> {
    return this.#session.infer(
      (inputs) => this.#fill(inputs['image']!, rgbCrop),
      (outputs) => {
        const landmarks = this.#read(outputs);
        const toCrop = cropSidePx / this.#sidePx;
        for (let i = 0; i < landmarks.length; i++) landmarks[i]! *= toCrop;
        return { landmarks, presence01: outputs['presence']![0]! };
      },
    );
  }

  close(): Promise<void> {
    return this.#session.close();
  }

  #fill(image: Float32Array, rgbCrop: Uint8Array | Uint8ClampedArray): void {
    if (this.#resizer !== null) {
      this.#resizer.run({ data: rgbCrop, widthPx: cropSidePx, heightPx: cropSidePx }, image, this.#scale);
      return;
    }
    const { gain, bias } = this.#scale;
    for (let i = 0; i < image.length; i++) image[i] = rgbCrop[i]! * gain + bias;
  }
}

const readWhole = (outputs: Tensors): Float32Array => outputs['landmarks']!.slice(0, landmarkCount * 3);

/** The attention model gives a whole mesh and, apart, better lips, eyes and irises without depth. */
function readRefined(outputs: Tensors): Float32Array {
  const landmarks = new Float32Array(landmarkCount * 3);
  landmarks.set(outputs['mesh']!.subarray(0, meshPointCount * 3));
  for (const { output, landmarks: targets } of refinements) {
    const refined = outputs[output]!;
    for (let i = 0; i < targets.length; i++) {
      landmarks[targets[i]! * 3] = refined[i * 2]!;
      landmarks[targets[i]! * 3 + 1] = refined[i * 2 + 1]!;
    }
  }
  for (const { iris, contour } of irisDepths) {
    let depth = 0;
    for (const point of contour) depth += landmarks[point * 3 + 2]! / contour.length;
    for (const point of iris) landmarks[point * 3 + 2] = depth;
  }
  return landmarks;
}
