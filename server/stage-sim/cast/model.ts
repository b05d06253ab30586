import { readFileSync, writeFileSync } from 'node:fs';
import type { ExpressionUnit } from './recipes.js';

/** How a part is lit and drawn. */
export type Material =
  | 'skin'
  | 'mouth'
  | 'eye'
  | 'teeth'
  | 'tongue'
  | 'brows'
  | 'lashes'
  | 'hair'
  | 'beard'
  | 'cloth'
  | 'collar';

export interface Picture8 {
  readonly widthPx: number;
  readonly heightPx: number;
  /** R G B A, 8 bits. */
  readonly rgba: Uint8Array;
}

export const noBaseVertex = 65535;

/** One draw call: triangles over the person's vertices with one texture. */
export interface Part {
  readonly name: string;
  readonly material: Material;
  readonly texture: number;
  readonly firstTriangle: number;
  readonly triangleCount: number;
  /** Positions of this part, half open; parts do not share positions except the skin's two textures. */
  readonly firstPosition: number;
  readonly endPosition: number;
}

/** A person as the renderer wants it. Lengths in decimetres, x to the person's left, y up, z to the front. */
export interface PersonModel {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly parts: readonly Part[];
  readonly textures: readonly Picture8[];
  /** Three floats per position, neutral expression, arms lowered. */
  readonly positions: Float32Array;
  /** 0 trunk … 1 skull, per position. */
  readonly headWeight: Float32Array;
  /**
   * Four floats per position: how much of a distant light from unit direction d (head space) arrives, c0 + c·d, baked
   * over all directions of the hemisphere.
   */
  readonly visibility: Float32Array;
  /** MakeHuman's own number of each position of the skin, `noBaseVertex` for everything fitted to it. */
  readonly baseVertex: Uint16Array;
  /** Position and texture coordinates (texels) of each drawn vertex. */
  readonly vertexPosition: Uint16Array;
  readonly vertexUv: Float32Array;
  readonly triangles: Uint16Array;
  readonly expressions: readonly ExpressionDelta[];
  /** Centre of each eyeball, left first. */
  readonly eyeCentres: Float32Array;
  /** What head and trunk turn about. */
  readonly neckPivot: Float32Array;
}

export interface ExpressionDelta {
  readonly unit: ExpressionUnit;
  readonly positions: Uint16Array;
  /** Three floats per entry of `positions`. */
  readonly deltas: Float32Array;
}

type Arrays = Float32Array | Uint16Array | Uint8Array;
interface Slot {
  readonly $array: 'f32' | 'u16' | 'u8';
  readonly byteOffset: number;
  readonly length: number;
}

const magic = 'UNDERSTUDY-CAST1';

/** Writes any tree of plain values and typed arrays: a JSON header, then the arrays, 16-byte aligned. */
export function writeModel(path: string, model: object): void {
  const blocks: Arrays[] = [];
  let byteOffset = 0;
  const header = JSON.stringify(model, (_key, value: unknown) => {
    if (!(value instanceof Float32Array || value instanceof Uint16Array || value instanceof Uint8Array)) return value;
    const kind = value instanceof Float32Array ? 'f32' : value instanceof Uint16Array ? 'u16' : 'u8';
    const slot: Slot = { $array: kind, byteOffset, length: value.length };
    blocks.push(value);
    byteOffset = Math.ceil((byteOffset + value.byteLength) / 16) * 16;
    return slot;
  });
  const headerBytes = Buffer.from(header);
  const start = Math.ceil((magic.length + 4 + headerBytes.length) / 16) * 16;
  const file = Buffer.alloc(start + byteOffset);
  file.write(magic, 0, 'latin1');
  file.writeUInt32LE(headerBytes.length, magic.length);
  headerBytes.copy(file, magic.length + 4);
  let at = start;
  for (const block of blocks) {
    Buffer.from(block.buffer, block.byteOffset, block.byteLength).copy(file, at);
    at = Math.ceil((at + block.byteLength) / 16) * 16;
  }
  writeFileSync(path, file);
}

/** Reads what writeModel wrote; throws where the file is something else. */
export function readModel<T>(path: string): T {
  const file = readFileSync(path);
  if (file.toString('latin1', 0, magic.length) !== magic) throw new Error(`${path} is not a cast file`);
  const headerLength = file.readUInt32LE(magic.length);
  const start = Math.ceil((magic.length + 4 + headerLength) / 16) * 16;
  const bytes = new Uint8Array(file).buffer;
  const revive = (_key: string, value: unknown): unknown => {
    if (value === null || typeof value !== 'object' || !('$array' in value)) return value;
    const slot = value as Slot,
      at = start + slot.byteOffset;
    if (slot.$array === 'f32') return new Float32Array(bytes, at, slot.length);
    return slot.$array === 'u16' ? new Uint16Array(bytes, at, slot.length) : new Uint8Array(bytes, at, slot.length);
  };
  return JSON.parse(file.toString('utf8', magic.length + 4, magic.length + 4 + headerLength), revive) as T;
}
