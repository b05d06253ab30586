/**
 * Weak-perspective pose of a face: the similarity (scale, rotation, translation) that takes the canonical face to the
 * tracked landmarks, by Horn's closed form (Horn 1987, unit quaternions) with a power iteration for the eigenvector.
 */
export interface FacePose {
  scale: number;
  /** Row-major 3×3. */
  readonly rotation: Float64Array;
  readonly translation: Float64Array;
}
export const newPose = (): FacePose => ({
  scale: 1,
  rotation: Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1),
  translation: new Float64Array(3),
});

const q = new Float64Array(4);
const next = new Float64Array(4);
const n4 = new Float64Array(16);

/** source, target: count × (x, y, z) with the same handedness; weight: per point or null. Writes `pose`. */
export function fitSimilarity(
  source: Float32Array,
  target: Float32Array,
  count: number,
  weight: Float32Array | null,
  pose: FacePose,
): void {
  let sw = 0,
    ax = 0,
    ay = 0,
    az = 0,
    bx = 0,
    by = 0,
    bz = 0;
  for (let i = 0; i < count; i++) {
    const w = weight ? weight[i] : 1;
    sw += w;
    ax += w * source[i * 3];
    ay += w * source[i * 3 + 1];
    az += w * source[i * 3 + 2];
    bx += w * target[i * 3];
    by += w * target[i * 3 + 1];
    bz += w * target[i * 3 + 2];
  }
  ax /= sw;
  ay /= sw;
  az /= sw;
  bx /= sw;
  by /= sw;
  bz /= sw;
  let xx = 0,
    xy = 0,
    xz = 0,
    yx = 0,
    yy = 0,
    yz = 0,
    zx = 0,
    zy = 0,
    zz = 0,
    na = 0,
    nb = 0;
  for (let i = 0; i < count; i++) {
    const w = weight ? weight[i] : 1;
    const px = source[i * 3] - ax,
      py = source[i * 3 + 1] - ay,
      pz = source[i * 3 + 2] - az;
    const rx = target[i * 3] - bx,
      ry = target[i * 3 + 1] - by,
      rz = target[i * 3 + 2] - bz;
    xx += w * px * rx;
    xy += w * px * ry;
    xz += w * px * rz;
    yx += w * py * rx;
    yy += w * py * ry;
    yz += w * py * rz;
    zx += w * pz * rx;
    zy += w * pz * ry;
    zz += w * pz * rz;
    na += w * (px * px + py * py + pz * pz);
    nb += w * (rx * rx + ry * ry + rz * rz);
  }
  n4[0] = xx + yy + zz;
  n4[1] = yz - zy;
  n4[2] = zx - xz;
  n4[3] = xy - yx;
  n4[5] = xx - yy - zz;
  n4[6] = xy + yx;
  n4[7] = zx + xz;
  n4[10] = -xx + yy - zz;
  n4[11] = yz + zy;
  n4[15] = -xx - yy + zz;
  n4[4] = n4[1];
  n4[8] = n4[2];
  n4[12] = n4[3];
  n4[9] = n4[6];
  n4[13] = n4[7];
  n4[14] = n4[11];
  // Shifted so that the wanted eigenvalue, the largest, is also the largest in size.
  const shift = Math.sqrt(na * nb) + 1e-9;
  for (let i = 0; i < 4; i++) n4[i * 5] += shift;
  q[0] = 1;
  q[1] = 0.01;
  q[2] = 0.01;
  q[3] = 0.01;
  for (let round = 0; round < 40; round++) {
    let norm = 0;
    for (let r = 0; r < 4; r++) {
      next[r] = n4[r * 4] * q[0] + n4[r * 4 + 1] * q[1] + n4[r * 4 + 2] * q[2] + n4[r * 4 + 3] * q[3];
      norm += next[r] * next[r];
    }
    norm = 1 / Math.sqrt(norm);
    for (let r = 0; r < 4; r++) q[r] = next[r] * norm;
  }
  const w = q[0],
    x = q[1],
    y = q[2],
    z = q[3];
  const R = pose.rotation;
  R[0] = 1 - 2 * (y * y + z * z);
  R[1] = 2 * (x * y - w * z);
  R[2] = 2 * (x * z + w * y);
  R[3] = 2 * (x * y + w * z);
  R[4] = 1 - 2 * (x * x + z * z);
  R[5] = 2 * (y * z - w * x);
  R[6] = 2 * (x * z - w * y);
  R[7] = 2 * (y * z + w * x);
  R[8] = 1 - 2 * (x * x + y * y);
  pose.scale = Math.sqrt(nb / na);
  const s = pose.scale;
  pose.translation[0] = bx - s * (R[0] * ax + R[1] * ay + R[2] * az);
  pose.translation[1] = by - s * (R[3] * ax + R[4] * ay + R[5] * az);
  pose.translation[2] = bz - s * (R[6] * ax + R[7] * ay + R[8] * az);
}
