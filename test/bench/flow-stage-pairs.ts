import { join } from 'node:path';
import { testFootageRoot } from '../../server/paths.js';
import { readLuma, type FlowPair, type Luma } from './flow-pairs.js';

/** Camera-like pairs with exactly known flow: a head moves before a wall, both from stills, with sensor noise. */
interface StageMotion {
  readonly name: string;
  readonly head: string;
  readonly wall: string;
  /** Motion of the head about its centre between the two frames, as shares of the picture's side for translation. */
  readonly shiftX01: number;
  readonly shiftY01: number;
  readonly rollRad: number;
  readonly scale: number;
  /** Horizontal shear with height, as in a nod or turn. */
  readonly shear: number;
  /** Pan of the wall, share of the side. */
  readonly pan01: number;
  /** Multiplies the second picture: a light that changes. */
  readonly gain: number;
}

const portrait = 'mediapipe_portrait.jpg';
const smile = 'pexels_smile_1024.jpg';
const close = 'pexels_4195444_1080.jpg';
const still = { shiftX01: 0, shiftY01: 0, rollRad: 0, scale: 1, shear: 0, pan01: 0, gain: 1 };
const motions: readonly StageMotion[] = [
  { ...still, name: 'talk', head: smile, wall: portrait, shiftX01: 0.004, shiftY01: 0.006, shear: 0.01 },
  { ...still, name: 'breath', head: close, wall: smile, shiftY01: -0.003, scale: 1.004 },
  { ...still, name: 'turn', head: portrait, wall: close, shiftX01: 0.02, shear: 0.03, rollRad: 0.01 },
  { ...still, name: 'fastTurn', head: smile, wall: close, shiftX01: 0.06, shear: 0.06, rollRad: 0.04 },
  { ...still, name: 'nod', head: close, wall: portrait, shiftY01: 0.03, scale: 0.98 },
  { ...still, name: 'fastNod', head: portrait, wall: smile, shiftY01: 0.07, scale: 0.96, rollRad: -0.03 },
  { ...still, name: 'roll', head: smile, wall: portrait, rollRad: 0.08 },
  { ...still, name: 'approach', head: close, wall: close, scale: 1.06 },
  { ...still, name: 'jump', head: portrait, wall: portrait, shiftX01: -0.08, shiftY01: -0.05 },
  { ...still, name: 'pan', head: smile, wall: close, shiftX01: 0.01, pan01: -0.04 },
  { ...still, name: 'fastPan', head: close, wall: portrait, shiftX01: -0.05, pan01: -0.05, rollRad: 0.02 },
  { ...still, name: 'flash', head: portrait, wall: close, shiftX01: 0.015, shiftY01: 0.01, gain: 1.12 },
];

function bilinear(picture: Luma, x: number, y: number): number {
  const cx = Math.min(Math.max(x, 0), picture.widthPx - 1.001);
  const cy = Math.min(Math.max(y, 0), picture.heightPx - 1.001);
  const i = Math.floor(cx);
  const j = Math.floor(cy);
  const at = j * picture.widthPx + i;
  const p = picture.pixels;
  const top = p[at]! + (p[at + 1]! - p[at]!) * (cx - i);
  const bottom = p[at + picture.widthPx]! + (p[at + picture.widthPx + 1]! - p[at + picture.widthPx]!) * (cx - i);
  return top + (bottom - top) * (cy - j);
}

/** Repeatable noise of about `sigma` grey levels: three uniform bytes of a 32-bit generator make it near enough normal. */
function noise(seed: number, sigma: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const sum = (state >>> 24) + ((state >>> 16) & 255) + ((state >>> 8) & 255);
    return ((sum - 382.5) / 128) * sigma;
  };
}

function renderPair(motion: StageMotion, head: Luma, wall: Luma, sizePx: number, seed: number): FlowPair {
  const centre = sizePx / 2;
  const cos = Math.cos(motion.rollRad) * motion.scale;
  const sin = Math.sin(motion.rollRad) * motion.scale;
  // Head motion x → M (x − c) + c + t, with M = roll · scale · shear.
  const m = [cos, -sin + cos * motion.shear, sin, cos + sin * motion.shear] as const;
  const determinant = m[0] * m[3] - m[1] * m[2];
  const shiftX = motion.shiftX01 * sizePx;
  const shiftY = motion.shiftY01 * sizePx;
  const pan = motion.pan01 * sizePx;
  const inHead = (x: number, y: number): boolean =>
    ((x - centre) / (0.33 * sizePx)) ** 2 + ((y - centre) / (0.42 * sizePx)) ** 2 < 1;
  const grain = noise(seed, 1.5);
  const size = sizePx * sizePx;
  const from = new Uint8Array(size);
  const to = new Uint8Array(size);
  const truth = new Float32Array(size * 2);
  const clamp = (value: number): number => Math.min(255, Math.max(0, Math.round(value)));
  // The wall still is larger than the picture by a margin that the pan uses.
  const margin = (wall.widthPx - sizePx) / 2;
  for (let y = 0; y < sizePx; y++) {
    for (let x = 0; x < sizePx; x++) {
      const at = y * sizePx + x;
      const dx = x - centre;
      const dy = y - centre;
      const onHead = inHead(x, y);
      from[at] = clamp((onHead ? bilinear(head, x, y) : bilinear(wall, x + margin, y + margin)) + grain());
      truth[2 * at] = onHead ? m[0] * dx + m[1] * dy - dx + shiftX : pan;
      truth[2 * at + 1] = onHead ? m[2] * dx + m[3] * dy - dy + shiftY : 0;
      const bx = dx - shiftX;
      const by = dy - shiftY;
      const hx = (m[3] * bx - m[1] * by) / determinant + centre;
      const hy = (m[0] * by - m[2] * bx) / determinant + centre;
      const seen = inHead(hx, hy) ? bilinear(head, hx, hy) : bilinear(wall, x - pan + margin, y + margin);
      to[at] = clamp(seen * motion.gain + grain());
    }
  }
  return { name: `stage.${sizePx}.${motion.name}`, widthPx: sizePx, heightPx: sizePx, from, to, truth };
}

/** Twelve pairs at one size; empty without test footage, whose stills they are made of. */
export async function stagePairs(sizePx: number): Promise<FlowPair[]> {
  const root = testFootageRoot();
  if (!root) return [];
  const side = Math.round(sizePx * 1.2);
  const pairs: FlowPair[] = [];
  for (const [index, motion] of motions.entries()) {
    const head = await readLuma(join(root, 'stills', motion.head), { widthPx: sizePx, heightPx: sizePx });
    const wall = await readLuma(join(root, 'stills', motion.wall), { widthPx: side, heightPx: side });
    pairs.push(renderPair(motion, head, wall, sizePx, 77 + index));
  }
  return pairs;
}
