/** Unit normals per position, weighted by area; out may be given to reuse it. Corners run clockwise seen from outside. */
export function vertexNormals(
  positions: Float32Array,
  vertexPosition: Uint16Array,
  triangles: Uint16Array,
  out: Float32Array = new Float32Array(positions.length),
): Float32Array {
  out.fill(0);
  for (let t = 0; t < triangles.length; t += 3) {
    const a = vertexPosition[triangles[t]!]! * 3,
      b = vertexPosition[triangles[t + 1]!]! * 3,
      c = vertexPosition[triangles[t + 2]!]! * 3;
    const ax = positions[a]!,
      ay = positions[a + 1]!,
      az = positions[a + 2]!;
    const ux = positions[b]! - ax,
      uy = positions[b + 1]! - ay,
      uz = positions[b + 2]! - az;
    const vx = positions[c]! - ax,
      vy = positions[c + 1]! - ay,
      vz = positions[c + 2]! - az;
    const nx = uz * vy - uy * vz,
      ny = ux * vz - uz * vx,
      nz = uy * vx - ux * vy;
    out[a]! += nx;
    out[a + 1]! += ny;
    out[a + 2]! += nz;
    out[b]! += nx;
    out[b + 1]! += ny;
    out[b + 2]! += nz;
    out[c]! += nx;
    out[c + 1]! += ny;
    out[c + 2]! += nz;
  }
  for (let i = 0; i < out.length; i += 3) {
    const x = out[i]!,
      y = out[i + 1]!,
      z = out[i + 2]!;
    const scale = 1 / (Math.sqrt(x * x + y * y + z * z) || 1);
    out[i] = x * scale;
    out[i + 1] = y * scale;
    out[i + 2] = z * scale;
  }
  return out;
}
