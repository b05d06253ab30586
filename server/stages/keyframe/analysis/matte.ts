import { matteSidePx } from '../../../frame/face-track.js';
import type { ModelSession, SessionFactory, SessionOptions } from '../../../onnx/port.js';
import { byteScaleOf, cropSidePx, type ByteScale } from './picture.js';

/** Which pixels of a face crop show the person: hair, ears, neck and shoulders included. */
export class Matte {
  readonly #session: ModelSession;
  readonly #scale: ByteScale;

  constructor(session: ModelSession) {
    this.#session = session;
    this.#scale = byteScaleOf(session.manifest.inputs[0]?.range ?? [0, 1]);
  }

  static async create(createSession: SessionFactory, session: Partial<SessionOptions> = {}): Promise<Matte> {
    return new Matte(await createSession('selfie', session));
  }

  /**
   * 256×256 bytes, 255 where the person is sure. `rgbCrop` is 256×256 packed RGB whose outside repeats the frame's edge, as
   * cropFace makes it: the network imagines a body in black bars. Rejects with the codes of ModelSession.infer.
   */
  alpha(rgbCrop: Uint8Array | Uint8ClampedArray): Promise<Uint8Array> {
    const { gain, bias } = this.#scale;
    return this.#session.infer(
      (inputs) => {
        const image = inputs['image']!;
        for (let i = 0; i < image.length; i++) image[i] = rgbCrop[i]! * gain + bias;
      },
      (outputs) => {
        const probability01 = outputs['alpha']!;
        const out = new Uint8Array(cropSidePx * cropSidePx);
        for (let i = 0; i < out.length; i++) out[i] = Math.round(Math.min(Math.max(probability01[i]!, 0), 1) * 255);
        return out;
      },
    );
  }

  /** The same in 64×64 bytes, means of 4×4: what a lane asks for, since its edge is not sharper than that. */
  async person(rgbCrop: Uint8Array | Uint8ClampedArray): Promise<Uint8Array> {
    const alpha = await this.alpha(rgbCrop);
    const cell = cropSidePx / matteSidePx;
    const sums = new Float32Array(matteSidePx * matteSidePx);
    for (let i = 0; i < alpha.length; i++) {
      const x = i % cropSidePx,
        y = (i - x) / cropSidePx;
      sums[Math.floor(y / cell) * matteSidePx + Math.floor(x / cell)]! += alpha[i]!;
    }
    return Uint8Array.from(sums, (sum) => Math.round(sum / (cell * cell)));
  }

  close(): Promise<void> {
    return this.#session.close();
  }
}
