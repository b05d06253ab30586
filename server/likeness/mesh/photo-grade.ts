import { lumaWeights } from '../../frame/format.js';
import { surfaceCount } from '../../frame/face-track.js';
import type { FaceBake } from './bake.js';
import type { FaceTopology } from './canonical.js';
import type { SkinMesh } from './skin-mesh.js';

/** Skin of two people under one camera differs in colourfulness by up to this factor; what is more is how the pictures were graded. */
const mostBetweenPeople = 1.8;
const leastGain = 0.3;
const mostGain = 1.4;
/** Above the mouth (cm, canonical frame), where no beard grows. */
const beardlessCm = -1.5;

/**
 * What the likeness's colour is scaled by, about its own luma, to stand in the grade that the performer was enrolled in. Photos from a studio are
 * often far more colourful than a graded or low-lit scene, and a face of full colour stands out of it at once. Grey hair stays grey,
 * luma as it is; 1 where the difference may be that of two people.
 */
export const gradeOf = (likeness: FaceBake, performer: FaceBake, topology: FaceTopology, mesh: SkinMesh): number =>
  gradeGain(colourfulness(likeness, topology, mesh), colourfulness(performer, topology, mesh));

/** The bake with its vertices' and irises' colours scaled; its textures are left to whoever draws them. */
export const inGrade = (bake: FaceBake, gain: number): FaceBake =>
  gain === 1 ? bake : { ...bake, vertexRgb: scaled(bake.vertexRgb, gain), irisRgb: scaled(bake.irisRgb, gain) };

/** Both as chroma by luma. */
export function gradeGain(likeness: number, performer: number): number {
  if (!(likeness > 0 && performer > 0)) return 1;
  const share = performer / likeness;
  const beyond = share < 1 ? Math.min(1, share * mostBetweenPeople) : Math.max(1, share / mostBetweenPeople);
  return Math.min(mostGain, Math.max(leastGain, beyond));
}

/** Median over plain skin of chroma by luma (BT.709); 0 where nothing was seen. */
function colourfulness({ vertexRgb }: FaceBake, { isSkin }: FaceTopology, { positions }: SkinMesh): number {
  const { kr, kb } = lumaWeights.bt709;
  const shares: number[] = [];
  for (let i = 0; i < surfaceCount; i++) {
    if (isSkin[i] === 0 || positions[i * 3 + 1]! < beardlessCm) continue;
    const [r, g, b] = [vertexRgb[i * 3]!, vertexRgb[i * 3 + 1]!, vertexRgb[i * 3 + 2]!];
    const luma = kr * r + (1 - kr - kb) * g + kb * b;
    if (luma > 8) shares.push(Math.hypot((b - luma) / (2 * (1 - kb)), (r - luma) / (2 * (1 - kr))) / luma);
  }
  return shares.sort((a, b) => a - b)[shares.length >> 1] ?? 0;
}

/** rgb: colours × 3, 0…255. */
function scaled(rgb: Float32Array, gain: number): Float32Array {
  const { kr, kb } = lumaWeights.bt709;
  return rgb.map((value, k) => {
    const i = k - (k % 3);
    const luma = kr * rgb[i]! + (1 - kr - kb) * rgb[i + 1]! + kb * rgb[i + 2]!;
    return Math.min(255, Math.max(0, luma + (value - luma) * gain));
  });
}
