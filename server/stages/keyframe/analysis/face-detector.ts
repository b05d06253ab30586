import type { BoxPx } from '../../../frame/geometry.js';
import type { ModelSession, SessionFactory, SessionOptions, Tensors } from '../../../onnx/port.js';
import { decodeGrid, grids, mergeOverlapping, type RawFace } from './blazeface.js';
import { Letterbox } from './letterbox.js';
import type { RgbPicture } from './picture.js';

export interface DetectedFace {
  /** Brow to chin, in pixels of the picture given; may reach over its edge. */
  readonly box: BoxPx;
  /** Six points (x, y) in pixels: performer's right eye, left eye, nose tip, mouth, right ear, left ear. */
  readonly keyPoints: Float32Array;
  /** The detector's confidence. It says nothing about occlusion: hands over a face still score 0.9. */
  readonly score01: number;
}

export interface DetectorSettings {
  /** Candidates below are no faces. */
  readonly minScore01: number;
  /** Two boxes that share more than this are one face. */
  readonly maxOverlap01: number;
  /**
   * When nothing is found upright, look again with the picture turned a quarter: to both sides, or to the one side now and to the
   * other at the next empty picture, which is what a camera's many pictures are served by.
   */
  readonly whenNothingFound: 'give-up' | 'try-quarter-turns' | 'alternate-quarter-turns';
  /** Use the network of 256×160 pixels for wide pictures: 0.63 of the work, since no bars are looked at. */
  readonly wide: boolean;
}

export const defaultDetectorSettings: DetectorSettings = {
  minScore01: 0.5,
  maxOverlap01: 0.3,
  whenNothingFound: 'try-quarter-turns',
  wide: false,
};

/** From this ratio of width to height the wide network shows a face as large as the square one does. */
const leastWideRatio = 1.6;
const sidePx = 256;
type QuarterTurn = 0 | 1 | 3;

/** A network with the picture that it sees. */
interface Net {
  readonly session: ModelSession;
  readonly box: Letterbox;
}
function netOf(session: ModelSession): Net {
  const { shape = [1, sidePx, sidePx, 3], range = [-1, 1] } = session.manifest.inputs[0] ?? {};
  return { session, box: new Letterbox(shape[2]!, shape[1]!, range) };
}

/**
 * Finds faces with BlazeFace (back). The whole picture is fitted into 256×256, or 256×160 where it is wide, edges repeated. Smallest
 * face measured: 12 pixels of that, a twentieth of the picture's longer side (90 pixels of a 1080p frame), 19 of 19 frontal faces
 * found; at 10 pixels 16 of 19. Its score is 0.74 there and 0.9 from 24 pixels up.
 */
export class FaceDetector {
  readonly #open: (model: string) => Promise<ModelSession>;
  readonly #settings: DetectorSettings;
  /** Opened when first needed: a stage camera's pictures are wide, and most of them show somebody upright. */
  readonly #nets = new Map<string, Promise<Net>>();
  #nextTurn: 1 | 3 = 1;
  #queue: Promise<unknown> = Promise.resolve();

  private constructor(open: (model: string) => Promise<ModelSession>, settings: Partial<DetectorSettings>) {
    this.#open = open;
    this.#settings = { ...defaultDetectorSettings, ...settings };
  }

  static async create(
    createSession: SessionFactory,
    settings: Partial<DetectorSettings> & { session?: Partial<SessionOptions> } = {},
  ): Promise<FaceDetector> {
    const detector = new FaceDetector((model) => createSession(model, settings.session), settings);
    await detector.#net(detector.#settings.wide ? 'blazeface-wide' : 'blazeface-back');
    return detector;
  }

  /** Faces in packed RGB, best first. Calls are answered in order. Rejects with the codes of ModelSession.infer. */
  detect(rgb: Uint8Array | Uint8ClampedArray, widthPx: number, heightPx: number): Promise<DetectedFace[]> {
    const picture = { data: rgb, widthPx, heightPx };
    const result = this.#queue.then(() => this.#detect(picture));
    this.#queue = result.catch(() => undefined);
    return result;
  }

  async close(): Promise<void> {
    for (const net of this.#nets.values()) await (await net).session.close();
  }

  #net(model: 'blazeface-wide' | 'blazeface-back'): Promise<Net> {
    const known = this.#nets.get(model) ?? this.#open(model).then(netOf);
    this.#nets.set(model, known);
    return known;
  }

  async #detect(picture: RgbPicture): Promise<DetectedFace[]> {
    const { wide, whenNothingFound } = this.#settings;
    const isWide = wide && picture.widthPx / picture.heightPx >= leastWideRatio;
    const net = await this.#net(isWide ? 'blazeface-wide' : 'blazeface-back');
    net.box.fit(picture);
    const upright = await this.#pass(net, 0);
    if (upright.length > 0 || whenNothingFound === 'give-up') return upright;
    const square = isWide ? await this.#net('blazeface-back') : net;
    if (square !== net) square.box.fit(picture);
    const turned: DetectedFace[] = [];
    for (const turn of this.#turns()) turned.push(...(await this.#pass(square, turn)));
    return mergeOverlapping(turned, this.#settings.maxOverlap01);
  }

  #turns(): readonly (1 | 3)[] {
    if (this.#settings.whenNothingFound === 'try-quarter-turns') return [1, 3];
    const turn = this.#nextTurn;
    this.#nextTurn = turn === 1 ? 3 : 1;
    return [turn];
  }

  #pass({ session, box }: Net, turn: QuarterTurn): Promise<DetectedFace[]> {
    return session.infer(
      (inputs) => turnInto(inputs['image']!, box.pixels, turn),
      (outputs) => this.#decode(outputs, box.widthPx).map((face) => toPicture(face, box, turn)),
    );
  }

  #decode(outputs: Tensors, widthPx: number): RawFace[] {
    const candidates: RawFace[] = [];
    for (const { scores, boxes, cells, anchorsPerCell } of grids) {
      const grid = { cells, anchorsPerCell, sidePx: widthPx };
      decodeGrid(candidates, grid, outputs[scores]!, outputs[boxes]!, this.#settings.minScore01);
    }
    return mergeOverlapping(candidates, this.#settings.maxOverlap01);
  }
}

/** Turns the square clockwise by quarters. */
function turnInto(out: Float32Array, square: Float32Array, turn: QuarterTurn): void {
  if (turn === 0) return out.set(square);
  for (let y = 0, to = 0; y < sidePx; y++) {
    for (let x = 0; x < sidePx; x++, to += 3) {
      const from = (turn === 1 ? (sidePx - 1 - x) * sidePx + y : x * sidePx + (sidePx - 1 - y)) * 3;
      out[to] = square[from]!;
      out[to + 1] = square[from + 1]!;
      out[to + 2] = square[from + 2]!;
    }
  }
}

/** From the turned square back to the picture's own pixels. */
function toPicture(face: RawFace, { leftPx, topPx, scale }: Letterbox, turn: QuarterTurn): DetectedFace {
  const placeX = (x: number, y: number): number => ((turn === 0 ? x : turn === 1 ? y : sidePx - y) - leftPx) / scale;
  const placeY = (x: number, y: number): number => ((turn === 0 ? y : turn === 1 ? sidePx - x : x) - topPx) / scale;
  const { x0, y0, x1, y1 } = face.box;
  const xs = [placeX(x0, y0), placeX(x1, y1)],
    ys = [placeY(x0, y0), placeY(x1, y1)];
  return {
    box: { x0: Math.min(...xs), y0: Math.min(...ys), x1: Math.max(...xs), y1: Math.max(...ys) },
    keyPoints: face.keyPoints.map((value, k, points) =>
      k % 2 === 0 ? placeX(value, points[k + 1]!) : placeY(points[k - 1]!, value),
    ),
    score01: face.score01,
  };
}
