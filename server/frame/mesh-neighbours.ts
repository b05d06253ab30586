/** Which points of a mesh share an edge, in two flat arrays. */
export interface MeshNeighbours {
  /** Neighbours of point i: indices[starts[i] … starts[i + 1] − 1]. */
  readonly starts: Int32Array;
  readonly indices: Int32Array;
}

export function neighboursOf(triangles: ArrayLike<number>, pointCount: number): MeshNeighbours {
  const sets: Set<number>[] = Array.from({ length: pointCount }, () => new Set<number>());
  for (let t = 0; t < triangles.length; t += 3) {
    for (let k = 0; k < 3; k++) {
      sets[triangles[t + k]!]!.add(triangles[t + ((k + 1) % 3)]!);
      sets[triangles[t + k]!]!.add(triangles[t + ((k + 2) % 3)]!);
    }
  }
  const starts = new Int32Array(pointCount + 1);
  const indices: number[] = [];
  sets.forEach((set, i) => {
    indices.push(...set);
    starts[i + 1] = indices.length;
  });
  return { starts, indices: Int32Array.from(indices) };
}
