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
