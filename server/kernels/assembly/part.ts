/** Small looks at one part of a face (an eye, a mouth): cut, compared, and an eye's shut by calculation. */

/** Less spread than this, squared codes over the whole look, is no picture. */
const LEAST: f32 = 64;

/** The lid's edge with its lashes goes along as it is, look px; what lies above is drawn out. */
const EDGE: f32 = 2;

// @ts-ignore: decorator
@inline
function luma(src: usize, size: i32, x: f32, y: f32): f32 {
  const most = <f32>(size - 1);
  const u = min<f32>(most, max<f32>(0, x - 0.5)), v = min<f32>(most, max<f32>(0, y - 0.5));
  const x0 = min(i32(u), max(0, size - 2)), y0 = min(i32(v), max(0, size - 2));
  const fx = u - <f32>x0, fy = v - <f32>y0;
  const right = size > 1 ? 1 : 0, below = size > 1 ? size : 0;
  const at = src + <usize>(y0 * size + x0);
  const a = <f32>load<u8>(at), b = <f32>load<u8>(at + right), c = <f32>load<u8>(at + below), d = <f32>load<u8>(at + below + right);
  const top = a + (b - a) * fx;
  return top + (c + (d - c) * fx - top) * fy;
}

/** To mean 0 and length 1, so that light and contrast say nothing; all 0 where there is no picture. */
function level(look: usize, count: i32): void {
  let sum: f32 = 0;
  for (let i = 0; i < count; i++) sum += load<f32>(look + (<usize>i << 2));
  const mean = sum / <f32>count;
  let square: f32 = 0;
  for (let i = 0; i < count; i++) {
    const value = load<f32>(look + (<usize>i << 2)) - mean;
    store<f32>(look + (<usize>i << 2), value);
    square += value * value;
  }
  const by: f32 = square < LEAST ? 0 : 1 / Mathf.sqrt(square);
  for (let i = 0; i < count; i++) store<f32>(look + (<usize>i << 2), load<f32>(look + (<usize>i << 2)) * by);
}

/**
 * Cuts width × height f32 out of size × size luma (u8, rows tight), bilinear, held at the edges.
 *
 * @param params 6 f32 [a b tx c d ty]: look px → luma px, centres at + 0.5
 * @param raw what was seen, codes; levelled: the same at mean 0 and length 1
 */
export function cutLook(src: usize, params: usize, raw: usize, levelled: usize, size: i32, width: i32, height: i32): i32 {
  const a = load<f32>(params), b = load<f32>(params, 4), tx = load<f32>(params, 8);
  const c = load<f32>(params, 12), d = load<f32>(params, 16), ty = load<f32>(params, 20);
  let at: usize = 0;
  for (let j = 0; j < height; j++) {
    const y = <f32>j + 0.5;
    for (let i = 0; i < width; i++, at += 4) {
      const x = <f32>i + 0.5;
      const value = luma(src, size, a * x + b * y + tx, c * x + d * y + ty);
      store<f32>(raw + at, value);
      store<f32>(levelled + at, value);
    }
  }
  level(levelled, width * height);
  return 0;
}

/**
 * Dot products of one look with `count` others, which lie one behind the other: correlations, of levelled ones.
 *
 * @param floats of a look; a multiple of 4
 * @param scores count f32
 */
export function compareLooks(look: usize, others: usize, scores: usize, floats: i32, count: i32): i32 {
  const bytes = <usize>floats << 2;
  for (let k = 0; k < count; k++) {
    let sum = f32x4.splat(0);
    for (let at: usize = 0; at < bytes; at += 16)
      sum = f32x4.add(sum, f32x4.mul(v128.load(look + at), v128.load(others + at)));
    const score = f32x4.extract_lane(sum, 0) + f32x4.extract_lane(sum, 1) + f32x4.extract_lane(sum, 2) + f32x4.extract_lane(sum, 3);
    store<f32>(scores + (<usize>k << 2), score);
    others += bytes;
  }
  return 0;
}

/**
 * What an open eye would look like with its upper lid lower: the lid's edge comes down, the skin above is drawn out, the eyeball
 * below stays.
 *
 * @param raw width × height f32 of the open eye; out: the same, levelled
 * @param upper, lower width f32: row (look px) of the lids in each column; where upper is not above lower, or above row 3, nothing is moved
 * @param open 0 shut … 1 as it is
 */
export function shutEye(raw: usize, out: usize, upper: usize, lower: usize, width: i32, height: i32, open: f32): i32 {
  for (let i = 0; i < width; i++) {
    const from = load<f32>(upper + (<usize>i << 2)), to = load<f32>(lower + (<usize>i << 2));
    const lid = from > EDGE + 1 && to > from ? to - (to - from) * open : from;
    const drawn = lid - from;
    for (let j = 0; j < height; j++) {
      const y = <f32>j + 0.5;
      const source = (y < lid ? y - drawn * min<f32>(1, y / (lid - EDGE)) : y) - 0.5;
      const held = min<f32>(<f32>(height - 1), max<f32>(0, source));
      const row = min(i32(held), max(0, height - 2));
      const f = held - <f32>row;
      const at = raw + (<usize>(row * width + i) << 2);
      const a = load<f32>(at), b = height > 1 ? load<f32>(at + (<usize>width << 2)) : a;
      store<f32>(out + (<usize>(j * width + i) << 2), a + (b - a) * f);
    }
  }
  level(out, width * height);
  return 0;
}
