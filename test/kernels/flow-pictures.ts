import type { DisFlow } from '../../server/kernels/flow.js';
import type { KernelMemory } from '../../server/kernels/memory.js';
import type { Picture } from '../../server/kernels/twin/flow.js';

/** Repeatable whole numbers 0…255. */
export function randomBytes(seed: number): () => number {
  let state = (seed * 2654435761 + 1) >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  };
}

/** Band-limited texture, defined at every real position, so that it can be moved by any amount without resampling. */
export function texture(seed: number): (x: number, y: number) => number {
  const next = randomBytes(seed);
  const waves = Array.from({ length: 24 }, () => {
    const angle = (next() / 256) * Math.PI * 2;
    const length = 7 + (next() / 256) * 40;
    const k = (2 * Math.PI) / length;
    return { kx: Math.cos(angle) * k, ky: Math.sin(angle) * k, phase: (next() / 256) * 7, size: 3 + length * 0.25 };
  });
  return (x, y) => {
    let sum = 128;
    for (const wave of waves) sum += wave.size * Math.sin(wave.kx * x + wave.ky * y + wave.phase);
    return sum;
  };
}

export function paint(widthPx: number, heightPx: number, shade: (x: number, y: number) => number): Picture {
  const values = new Uint8Array(widthPx * heightPx);
  for (let y = 0; y < heightPx; y++) {
    for (let x = 0; x < widthPx; x++) values[y * widthPx + x] = Math.min(255, Math.max(0, Math.round(shade(x, y))));
  }
  return { widthPx, heightPx, values };
}

/** Copies a picture into kernel memory with a stride wider than the picture, the gap filled with junk. */
export function load(
  memory: KernelMemory,
  picture: Picture,
  strideBytes = picture.widthPx + 5,
): { ptr: number; strideBytes: number } {
  const ptr = memory.allocate(strideBytes * picture.heightPx);
  memory.u8.fill(173, ptr, ptr + strideBytes * picture.heightPx);
  for (let y = 0; y < picture.heightPx; y++) {
    const row = Array.prototype.slice.call(picture.values, y * picture.widthPx, (y + 1) * picture.widthPx) as number[];
    memory.u8.set(row, ptr + y * strideBytes);
  }
  return { ptr, strideBytes };
}

/** Prepares the pictures into slots 0, 1, … */
export function prepareAll(memory: KernelMemory, flow: DisFlow, ...pictures: Picture[]): void {
  for (const [slot, picture] of pictures.entries()) {
    const { ptr, strideBytes } = load(memory, picture);
    flow.prepare(slot, ptr, strideBytes);
  }
}

export const floats = (memory: KernelMemory, ptr: number, count: number): Float32Array =>
  memory.f32.slice(ptr >> 2, (ptr >> 2) + count);
