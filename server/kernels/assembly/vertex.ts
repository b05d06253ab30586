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
