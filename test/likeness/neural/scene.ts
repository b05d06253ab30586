import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import type { EngineControls, EngineSpec, WeightsFile } from '../../../server/likeness/neural/spec.js';
import type { ModelRole } from '../../../server/likeness/neural/roles.js';
import { newPicture, type FloatPicture } from '../../../server/likeness/neural/picture.js';
import { writeSourceFile } from '../../../server/likeness/neural/source-file.js';

export type Rgb = readonly [number, number, number];
/** A picture whose colours say where one is: warps of it can be told in closed form, since it is linear. */
export const rampAt = (sidePx: number, x: number, y: number): Rgb => [
  0.1 + (0.8 * x) / sidePx,
  0.9 - (0.8 * y) / sidePx,
  0.2 + (0.3 * (x + y)) / sidePx,
];
export function ramp(sidePx: number): FloatPicture {
  const out = newPicture(sidePx, sidePx, 3);
  for (let y = 0; y < sidePx; y++)
    for (let x = 0; x < sidePx; x++) out.data.set(rampAt(sidePx, x + 0.5, y + 0.5), (y * sidePx + x) * 3);
  return out;
}
export const rgbAt = (picture: FloatPicture, x: number, y: number): Rgb =>
  Array.from(picture.data.slice((y * picture.widthPx + x) * 3, (y * picture.widthPx + x) * 3 + 3)) as unknown as Rgb;

/** Five points of a somewhat tilted face in a crop of this side; eyes, nose, mouth corners. */
export const fiveOf = (sidePx: number): Float64Array =>
  Float64Array.of(0.39, 0.42, 0.63, 0.4, 0.52, 0.55, 0.43, 0.69, 0.62, 0.67).map((part) => part * sidePx);
/** Landmarks whose five points those are. */
export function landmarksOf(five: Float64Array): Float32Array {
  const out = new Float32Array(478 * 3);
  for (let i = 0; i < 478; i++) {
    out[i * 3] = five[4]! + ((i % 20) - 10) * 2;
    out[i * 3 + 1] = five[5]! + (Math.floor(i / 20) - 12) * 2;
  }
  const set = (point: number, x: number, y: number): void => out.set([x, y, 0], point * 3);
  set(33, five[0]! - 9, five[1]! - 1);
  set(133, five[0]! + 9, five[1]! + 1);
  set(362, five[2]! - 8, five[3]!);
  set(263, five[2]! + 8, five[3]!);
  set(1, five[4]!, five[5]!);
  set(61, five[6]!, five[7]!);
  set(291, five[8]!, five[9]!);
  return out;
}

export const evenControls: EngineControls = { weight01: 0.5, morph01: 1, enhance01: 1 };

/** A folder of weights for the tests of one file. */
export class Shelf {
  readonly folder = mkdtempSync(join(tmpdir(), 'understudy-weights-'));
  #count = 0;
  constructor() {
    afterAll(() => rmSync(this.folder, { recursive: true, force: true }));
  }
  put(role: ModelRole, bytes: Uint8Array): WeightsFile {
    const path = join(this.folder, `${++this.#count}.onnx`);
    writeFileSync(path, bytes);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    return { id: `golden-${role}`, role, path, sha256, licence: 'test' };
  }
  /** A source of one photo in one colour. */
  photo(rgb: Rgb, sidePx = 256): string {
    const data = new Uint8Array(sidePx * sidePx * 3);
    for (let i = 0; i < data.length; i++) data[i] = Math.round(rgb[i % 3]! * 255);
    const path = join(this.folder, `${++this.#count}.source`);
    writeFileSync(path, writeSourceFile([{ rgb: data, sidePx, landmarks: landmarksOf(fiveOf(sidePx)) }]));
    return path;
  }
  spec(model: WeightsFile, more: Partial<EngineSpec> = {}): EngineSpec {
    return {
      likenessId: 'golden',
      kind: model.role === 'dfm' ? 'dfm' : 'swap',
      model,
      recogniser: null,
      converter: null,
      enhancer: null,
      occluders: [],
      parser: null,
      sourceFile: null,
      embedding: null,
      pixelBoost: 1,
      emapRenorm: true,
      regions: [],
      areas: [],
      ownMask: false,
      ...more,
    };
  }
}
