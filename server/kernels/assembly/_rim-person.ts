/** The veil is held to the person: a wall of skin's colour beside an ear is none. */

/** Matte bytes below which nobody is there, and from which somebody is. */
const NOBODY: f32 = 112, SOMEBODY: f32 = 176;

/**
 * The veil of every node (rim.ts) is multiplied by how far the matte says person there.
 *
 * @param matte side × side bytes, 255 person; it goes on at its edges as it is there
 * @param map six f32, [a b c; d e f]: from a cell's (column, row) to the matte, whose first byte's middle is (0, 0)
 */
export function holdToPerson(nodes: usize, columns: i32, rows: i32, matte: usize, side: i32, map: usize): i32 {
  const a = load<f32>(map), b = load<f32>(map, 4), c = load<f32>(map, 8);
  const d = load<f32>(map, 12), e = load<f32>(map, 16), f = load<f32>(map, 20);
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++, nodes += 16) {
      const veil = load<f32>(nodes, 8);
      if (veil <= 0) continue;
      const seen = sampled(matte, side, a * <f32>x + b * <f32>y + c, d * <f32>x + e * <f32>y + f);
      const t = Mathf.min(1, Mathf.max(0, (seen - NOBODY) / (SOMEBODY - NOBODY)));
      store<f32>(nodes, veil * t * t * (<f32>3 - 2 * t), 8);
    }
  }
  return 0;
}
function sampled(matte: usize, side: i32, x: f32, y: f32): f32 {
  const most = <f32>(side - 1);
  // A NaN becomes 0 here.
  const cx = x > 0 ? Mathf.min(most, x) : 0, cy = y > 0 ? Mathf.min(most, y) : 0;
  const ix = min(side - 2, <i32>cx), iy = min(side - 2, <i32>cy);
  const fx = cx - <f32>ix, fy = cy - <f32>iy;
  const at = matte + <usize>(iy * side + ix), under = at + <usize>side;
  const upper = <f32>load<u8>(at) + (<f32>load<u8>(at, 1) - <f32>load<u8>(at)) * fx;
  const lower = <f32>load<u8>(under) + (<f32>load<u8>(under, 1) - <f32>load<u8>(under)) * fx;
  return upper + (lower - upper) * fy;
}
