/** Passes over the vertices of a mesh. */

const TINY: f32 = 1e-5;

/**
 * Smooths values over a mesh in place: f32×4 per vertex — three values and the trust in them. A round takes each vertex to the mean
 * of itself and its neighbours by trust, and lets at least half of a neighbour's trust reach it: who is trusted speaks for those
 * beside that saw nothing.
 *
 * @param starts i32, count + 1: neighbours of vertex i are indices[starts[i] … starts[i + 1] − 1]
 * @param indices i32
 * @param scratch as large as `values`; rounds is even, so that the result lies in `values`
 */
export function smoothTrusted(values: usize, scratch: usize, starts: usize, indices: usize, count: i32, rounds: i32): i32 {
  let from = values, to = scratch;
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < count; i++) {
      const own = v128.load(from + (<usize>i << 4));
      const trust = f32x4.extract_lane(own, 3);
      let weight: f32 = trust + 1e-4;
      let sum = f32x4.mul(own, f32x4.splat(weight));
      // Only the last lane of this is read.
      let reach = f32x4.splat(0);
      const end = indices + (<usize>load<i32>(starts + (<usize>i << 2), 4) << 2);
      for (let at = indices + (<usize>load<i32>(starts + (<usize>i << 2)) << 2); at < end; at += 4) {
        const other = v128.load(from + (<usize>load<i32>(at) << 4));
        const share = f32x4.add(i32x4.shuffle(other, other, 3, 3, 3, 3), f32x4.splat(TINY));
        weight += f32x4.extract_lane(share, 0);
        sum = f32x4.add(sum, f32x4.mul(other, share));
        reach = f32x4.pmax(reach, other);
      }
      const mean = f32x4.mul(sum, f32x4.splat(1.0 / weight));
      const reached = Mathf.max(trust, f32x4.extract_lane(reach, 3) * 0.5);
      v128.store(to + (<usize>i << 4), f32x4.replace_lane(mean, 3, reached));
    }
    const last = from;
    from = to;
    to = last;
  }
  return 0;
}

/**
 * Normal equations of second-order spherical harmonics over vertex normals, one vertex after the other in single precision.
 *
 * @param normals f32×3 per vertex, unit; the array has 4 readable bytes behind it
 * @param values f32 per vertex, what is fitted; cb, cr: two more whose right sides are summed up along with it
 * @param weights f32 per vertex; 0 leaves the vertex out
 * @param fitted nine f32: weights become w / (1 + ((value − fit) / spread)²) (Geman and McClure 1985 in one round); 0: none
 * @param sums 9 rows of 12 f32, rewritten: columns 0…8 the matrix (of the first four rows only 0…3 and 8; it is symmetric), columns
 *   9…11 the right sides of values, cb and cr
 */
export function harmonicSums(
  normals: usize, values: usize, cb: usize, cr: usize, weights: usize, fitted: usize, spread: f32, sums: usize, count: i32,
): i32 {
  memory.fill(sums, 0, 9 * 48);
  const perSpread: f32 = 1 / spread;
  for (let i = 0; i < count; i++, normals += 12) {
    let w = load<f32>(weights + (<usize>i << 2));
    if (!(w > 0)) continue;
    const value = load<f32>(values + (<usize>i << 2));
    const x = load<f32>(normals), y = load<f32>(normals, 4), z = load<f32>(normals, 8);
    const low = f32x4(1, x, y, z), high = f32x4(x * y, x * z, y * z, x * x - y * y);
    const last: f32 = 3 * z * z - 1;
    if (fitted != 0) {
      const sum = f32x4.add(f32x4.mul(low, v128.load(fitted)), f32x4.mul(high, v128.load(fitted, 16)));
      const fit = f32x4.extract_lane(sum, 0) + f32x4.extract_lane(sum, 1) + f32x4.extract_lane(sum, 2) + f32x4.extract_lane(sum, 3)
        + last * load<f32>(fitted, 32);
      const r = (value - fit) * perSpread;
      w /= 1 + r * r;
    }
    const at = <usize>i << 2;
    const end = f32x4(last, value, load<f32>(cb + at), load<f32>(cr + at));
    const own = f32x4.mul(low, f32x4.splat(w)), ownHigh = f32x4.mul(high, f32x4.splat(w));
    addLow(sums, f32x4.splat(w), low, end);
    addLow(sums + 48, i32x4.shuffle(own, own, 1, 1, 1, 1), low, end);
    addLow(sums + 96, i32x4.shuffle(own, own, 2, 2, 2, 2), low, end);
    addLow(sums + 144, i32x4.shuffle(own, own, 3, 3, 3, 3), low, end);
    addAll(sums + 192, i32x4.shuffle(ownHigh, ownHigh, 0, 0, 0, 0), low, high, end);
    addAll(sums + 240, i32x4.shuffle(ownHigh, ownHigh, 1, 1, 1, 1), low, high, end);
    addAll(sums + 288, i32x4.shuffle(ownHigh, ownHigh, 2, 2, 2, 2), low, high, end);
    addAll(sums + 336, i32x4.shuffle(ownHigh, ownHigh, 3, 3, 3, 3), low, high, end);
    addAll(sums + 384, f32x4.splat(last * w), low, high, end);
  }
  return 0;
}
// @ts-ignore: decorator
@inline function addLow(row: usize, share: v128, low: v128, end: v128): void {
  v128.store(row, f32x4.add(v128.load(row), f32x4.mul(low, share)));
  v128.store(row, f32x4.add(v128.load(row, 32), f32x4.mul(end, share)), 32);
}
// @ts-ignore: decorator
@inline function addAll(row: usize, share: v128, low: v128, high: v128, end: v128): void {
  v128.store(row, f32x4.add(v128.load(row, 16), f32x4.mul(high, share)), 16);
  addLow(row, share, low, end);
}
