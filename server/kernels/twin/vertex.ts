/** What smoothTrusted of assembly/vertex.ts does. values: count × (three values, trust); returns new ones. */
export function smoothTrustedTwin(
  values: Float32Array,
  { starts, indices }: { readonly starts: Int32Array; readonly indices: Int32Array },
  rounds: number,
): Float32Array {
  let last = values.slice();
  for (let round = 0; round < rounds; round++) {
    const next = last.slice();
    for (let i = 0; i + 1 < starts.length; i++) {
      const trust = last[i * 4 + 3]!;
      const neighbours = Array.from(indices.subarray(starts[i], starts[i + 1]));
      const weights = neighbours.map((j) => last[j * 4 + 3]! + 1e-5);
      const weight = weights.reduce((sum, w) => sum + w, trust + 1e-4);
      for (let c = 0; c < 3; c++) {
        const own = last[i * 4 + c]! * (trust + 1e-4);
        next[i * 4 + c] = neighbours.reduce((sum, j, k) => sum + last[j * 4 + c]! * weights[k]!, own) / weight;
      }
      next[i * 4 + 3] = Math.max(trust, ...neighbours.map((j) => last[j * 4 + 3]! * 0.5));
    }
    last = next;
  }
  return last;
}

/** What harmonicSums of assembly/vertex.ts does: 9 rows of 12, the columns that are of use; the others are 0. */
export function harmonicSumsTwin(
  normals: Float32Array,
  [values, cb, cr]: readonly [Float32Array, Float32Array, Float32Array],
  weights: Float32Array,
  fitted: Float32Array | null,
  spread: number,
): Float64Array {
  const sums = new Float64Array(108);
  for (let i = 0; i < values.length; i++) {
    if (!(weights[i]! > 0)) continue;
    const [x, y, z] = [normals[i * 3]!, normals[i * 3 + 1]!, normals[i * 3 + 2]!];
    const basis = [1, x, y, z, x * y, x * z, y * z, x * x - y * y, 3 * z * z - 1];
    const fit = fitted ? basis.reduce((sum, b, k) => sum + b * fitted[k]!, 0) : values[i]!;
    const w = weights[i]! / (1 + ((values[i]! - fit) / spread) ** 2);
    basis.forEach((own, row) => {
      const columns = row < 4 ? 4 : 8;
      for (let k = 0; k < columns; k++) sums[row * 12 + k]! += w * own * basis[k]!;
      [basis[8]!, values[i]!, cb[i]!, cr[i]!].forEach((last, k) => (sums[row * 12 + 8 + k]! += w * own * last));
    });
  }
  return sums;
}
