import { surfaceCount } from '../../frame/face-track.js';
import { lumaWeights } from '../../frame/format.js';
import { topologyOf } from './canonical.js';
import { vertexNormals } from './normals.js';
import { loadVertexKernel } from '../../kernels/vertex.js';
import { LightFit, LightSamples, type VertexLight } from './relight.js';
import type { UnwrapTools } from './unwrap.js';

/** Gains outside are not light but a beard or a shadow's edge. */
const leastShade = 0.62;
const mostShade = 1.5;
/** Skin whose redness differs by this share from the face's median is beard, brow or paint: it says nothing of light. */
const strangeRedness = 0.3;
/** The same for pale or cool-lit skin, whose median is near none: share of luma. */
const leastStrange = 0.1;
/** Of the fitted shading so much is taken out: what is left cannot be told from the skin's own darker places. */
const believed01 = 0.85;

/**
 * The photo's light, as luma gain per vertex of the skin mesh around 1: second-order spherical harmonics over the normals of
 * plain skin (Ramamoorthi and Hanrahan 2001), robust to hair and specular spots. Skin divided by it is albedo up to one
 * factor, so that the performer's light falls on the likeness alone and not on top of the studio's.
 *
 * @param vertexRgb skin mesh vertices × RGB, sRGB-coded 0…255; ratios of codes serve as shading as in relight.ts
 */
export function photoShading(vertexRgb: Float32Array, shape: Float32Array, tools: UnwrapTools): Float32Array {
  const { mesh, canonical } = tools;
  const { isSkin } = topologyOf(canonical);
  const mark = tools.memory.mark();
  const samples = new LightSamples(tools.memory, loadVertexKernel(tools.memory), mesh.count);
  const { normals, weight } = samples;
  weight.fill(0);
  vertexNormals(shape, mesh.triangles, normals);
  const luma = new Float32Array(mesh.count),
    redness = new Float32Array(mesh.count);
  const { kr, kb } = lumaWeights.bt709;
  for (let i = 0; i < mesh.count; i++) {
    const [r, g, b] = [vertexRgb[i * 3]!, vertexRgb[i * 3 + 1]!, vertexRgb[i * 3 + 2]!];
    luma[i] = kr * r + (1 - kr - kb) * g + kb * b;
    redness[i] = (r - luma[i]!) / Math.max(8, luma[i]!);
  }
  const usual = medianOf(redness, isSkin),
    middle = medianOf(luma, isSkin);
  for (let i = 0; i < surfaceCount; i++) {
    const strange = Math.abs(redness[i]! - usual);
    weight[i] =
      isSkin[i] === 0 || strange > Math.max(leastStrange, strangeRedness * Math.abs(usual))
        ? 0
        : Math.max(0, normals[i * 3 + 2]!);
  }
  samples.ratio.set(luma.map((value) => value / Math.max(1, middle)));
  samples.dCb.fill(0);
  samples.dCr.fill(0);
  const none = new Float32Array(mesh.count);
  const light: VertexLight = { gain: new Float32Array(mesh.count), tintCb: none.slice(), tintCr: none.slice() };
  new LightFit(samples).fit(0, light);
  const mean = meanOf(light.gain, weight);
  tools.memory.rewind(mark);
  return light.gain.map((gain) => {
    const shade = 1 + (gain / mean - 1) * believed01;
    return Math.min(mostShade, Math.max(leastShade, shade));
  });
}

function medianOf(values: Float32Array, isSkin: Uint8Array): number {
  const picked = Array.from(values.subarray(0, surfaceCount)).filter((_, i) => isSkin[i] === 1);
  return picked.sort((a, b) => a - b)[picked.length >> 1] ?? 1;
}
function meanOf(values: Float32Array, weight: Float32Array): number {
  let sum = 0,
    total = 1e-6;
  values.forEach((value, i) => {
    sum += value * weight[i]!;
    total += weight[i]!;
  });
  return sum / total || 1;
}
