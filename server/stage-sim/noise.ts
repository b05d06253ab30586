/** Deterministic noise: equal arguments give equal values on every machine (integer hashing only). */

function hash32(a: number, b: number, c: number): number {
  let h = Math.imul(a | 0, 0x85ebca6b) ^ Math.imul(b | 0, 0xc2b2ae35) ^ Math.imul(c | 0, 0x27d4eb2f);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  h = Math.imul(h ^ (h >>> 12), 0x297a2d39);
  return (h ^ (h >>> 15)) >>> 0;
}

/** 0…1 from three integers. */
export const hash01 = (a: number, b: number, c: number): number => hash32(a, b, c) / 4294967295;

const fade = (t: number): number => t * t * t * (t * (t * 6 - 15) + 10);

/** −1…1, smooth, one feature per unit. */
export function smoothNoise1(x: number, seed: number): number {
  const whole = Math.floor(x),
    t = fade(x - whole);
  const a = hash01(whole, 0, seed),
    b = hash01(whole + 1, 0, seed);
  return (a + (b - a) * t) * 2 - 1;
}

/** −1…1, smooth, one feature per unit square. */
export function smoothNoise2(x: number, y: number, seed: number): number {
  const ix = Math.floor(x),
    iy = Math.floor(y),
    tx = fade(x - ix),
    ty = fade(y - iy);
  const a = hash01(ix, iy, seed),
    b = hash01(ix + 1, iy, seed),
    c = hash01(ix, iy + 1, seed),
    d = hash01(ix + 1, iy + 1, seed);
  const top = a + (b - a) * tx,
    low = c + (d - c) * tx;
  return (top + (low - top) * ty) * 2 - 1;
}
