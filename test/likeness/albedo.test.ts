import { describe, expect, it } from 'vitest';
import { KernelMemory } from '../../server/kernels/memory.js';
import { loadRasterKernel } from '../../server/kernels/raster.js';
import { photoShading } from '../../server/likeness/mesh/albedo.js';
import { loadCanonicalFace, topologyOf } from '../../server/likeness/mesh/canonical.js';
import { vertexNormals } from '../../server/likeness/mesh/normals.js';
import { skinMeshOf } from '../../server/likeness/mesh/skin-mesh.js';
import { spreadOverTexture, texels, textureSizePx } from '../../server/likeness/mesh/unwrap.js';

const canonical = loadCanonicalFace();
const mesh = skinMeshOf(canonical);
const memory = new KernelMemory(64);
const tools = { canonical, mesh, memory, raster: loadRasterKernel(memory) };
const normals = new Float32Array(mesh.count * 3);
vertexNormals(mesh.positions, mesh.triangles, normals);
const { isSkin } = topologyOf(canonical);
const skinVertices = Array.from({ length: 468 }, (_, i) => i).filter(
  (i) => isSkin[i] === 1 && normals[i * 3 + 2]! > 0.35,
);
const spreadOf = (values: readonly number[]): number => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length) / mean;
};
/** A lamp from the side on skin of one colour; `beard`: grey and dark below the mouth. */
const lit = (beard: boolean): { rgb: Float32Array; luma: Float32Array } => {
  const rgb = new Float32Array(mesh.count * 3),
    luma = new Float32Array(mesh.count);
  for (let i = 0; i < mesh.count; i++) {
    const [x, y, z] = [normals[i * 3]!, normals[i * 3 + 1]!, normals[i * 3 + 2]!];
    const lamp = 0.45 + 0.55 * Math.max(0, 0.6 * x + 0.35 * y + 0.72 * z);
    const own = beard && mesh.positions[i * 3 + 1]! < -4.5 ? [90, 90, 90] : [200, 150, 120];
    own.forEach((value, c) => (rgb[i * 3 + c] = value * lamp));
    luma[i] = (0.2126 * own[0]! + 0.7152 * own[1]! + 0.0722 * own[2]!) * lamp;
  }
  return { rgb, luma };
};

describe('light taken out of a photo', () => {
  it('leaves a side-lit face of one colour at most a quarter of its unevenness', () => {
    const { rgb, luma } = lit(false);
    const shading = photoShading(rgb, mesh.positions, tools);
    const before = spreadOf(skinVertices.map((i) => luma[i]!)),
      after = spreadOf(skinVertices.map((i) => luma[i]! / shading[i]!));
    expect(before).toBeGreaterThan(0.12);
    expect(after).toBeLessThan(before / 4);
  });

  it('does not take a grey beard for shade', () => {
    const shading = photoShading(lit(true).rgb, mesh.positions, tools);
    const clean = photoShading(lit(false).rgb, mesh.positions, tools);
    for (const i of skinVertices) expect(Math.abs(shading[i]! - clean[i]!)).toBeLessThan(0.12);
  });
});

describe('values of vertices over the texture', () => {
  it('are kept at the vertices and are 1 where the mesh is not', () => {
    const values = Float32Array.from({ length: mesh.count }, (_, i) => 0.6 + (0.8 * i) / mesh.count);
    const spread = spreadOverTexture(values, tools);
    expect(spread).toHaveLength(texels);
    expect(spread[0]).toBeCloseTo(1, 3);
    const nose = 1;
    const x = Math.floor(mesh.uvs[nose * 2]! * textureSizePx),
      y = Math.floor(mesh.uvs[nose * 2 + 1]! * textureSizePx);
    expect(Math.abs(spread[y * textureSizePx + x]! - values[nose]!)).toBeLessThan(0.1);
  });
});
