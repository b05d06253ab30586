import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addModel } from '../../../server/cli/models-add.js';
import { addedModelsFolder } from '../../../server/likeness/neural/added-models.js';
import type { ModelRole } from '../../../server/likeness/neural/roles.js';
import type { ShowFile } from '../../../server/show/schema.js';
import { showOf } from '../../bench/bench-cast.js';
import { uyvyToRgba } from '../../bench/pictures.js';

/** A state root of its own, with golden weights added as an operator would add them. */
export class GoldenState {
  readonly root = mkdtempSync(join(tmpdir(), 'understudy-golden-'));
  readonly #before = process.env['UNDERSTUDY_STATE'];
  constructor() {
    process.env['UNDERSTUDY_STATE'] = this.root;
  }
  async add(id: string, role: ModelRole, bytes: Uint8Array): Promise<void> {
    const file = join(this.root, `${id}.onnx`);
    writeFileSync(file, bytes);
    const folder = addedModelsFolder(this.root);
    await addModel({ file, role, id, licence: 'made here', source: 'test/golden', folder });
  }
  close(): void {
    if (this.#before === undefined) delete process.env['UNDERSTUDY_STATE'];
    else process.env['UNDERSTUDY_STATE'] = this.#before;
    rmSync(this.root, { recursive: true, force: true });
  }
}

/** In −1…1: half the contrast, red up, green down. */
export const tinted = { keep: [0.5, 0.5, 0.5], add: [0, 1, 2], tint: 0.5 } as const;
const embedding = Array.from({ length: 512 }, (_, i) => [1, -1, 0][i] ?? (i === 500 ? 1 : 0));
export const tintedEngine = { engine: 'swap' as const, model: 'tinted' as const, embedding };
/** The embedding is 1, −1, 0 … and has length √3. */
const lift = ((0.5 * 1) / Math.sqrt(3) / 2) * 255;
/** The same by hand, on 8-bit codes. */
export const tintedOf = ([r, g, b]: readonly number[]): number[] => [
  r! / 2 + 63.75 + lift,
  g! / 2 + 63.75 - lift,
  b! / 2 + 63.75,
];

/** The other way round, and darker: no mixture of the camera's picture and the first engine's comes near it. */
export const countered = { keep: [0.3, 0.3, 0.3], add: [1, 0, 2], tint: 0.5 } as const;
export const counteredEngine = { engine: 'swap' as const, model: 'countered' as const, embedding };
export const counteredOf = ([r, g, b]: readonly number[]): number[] => {
  const own = (value: number, tint: number): number => (((value / 255) * 2 - 1) * 0.3 + tint + 1) * 127.5;
  return [own(r!, -0.5 / Math.sqrt(3)), own(g!, 0.5 / Math.sqrt(3)), own(b!, 0)];
};

/** Mean colours of cells of 8 × 8 px, row by row. */
export function cellsOf(
  uyvy: Uint8Array,
  widthPx: number,
  heightPx: number,
  part = { x: 0, y: 0, w: widthPx, h: heightPx },
): number[][] {
  const rgba = uyvyToRgba(uyvy, widthPx, heightPx, part);
  const out: number[][] = [];
  for (let y = 0; y + 8 <= part.h; y += 8) {
    for (let x = 0; x + 8 <= part.w; x += 8) {
      const sum = [0, 0, 0];
      for (let i = 0; i < 64; i++)
        for (let k = 0; k < 3; k++) sum[k]! += rgba[((y + (i >> 3)) * part.w + x + (i & 7)) * 4 + k]! / 64;
      out.push(sum);
    }
  }
  return out;
}
const apart = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, k) => sum + Math.abs(value - b[k]!), 0) / a.length;
export const differences = (a: number[][], b: number[][]): number[] => a.map((cell, i) => apart(cell, b[i]!));
export const meanDifference = (a: number[][], b: number[][]): number =>
  differences(a, b).reduce((sum, value) => sum + value, 0) / a.length;

/** The demo's show, its likeness drawn by the named engine. */
export const showWith = (engines: NonNullable<ShowFile['engines']>): ShowFile => ({ ...showOf(1), engines });
