import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSession } from '../onnx/ort.js';
import { projectRoot } from '../paths.js';
import { invertAffine } from '../frame/geometry.js';
import { FaceDetector } from '../stages/keyframe/analysis/face-detector.js';
import { FaceMesher } from '../stages/keyframe/analysis/face-mesher.js';
import { cropFace, mapLandmarks, roiOfDetection, roiOfLandmarks } from '../stages/keyframe/analysis/region.js';
import { readBaseMesh, type BaseMesh } from './cast/makehuman.js';
import { recipes } from './cast/recipes.js';
import { headChart } from './cast/textures.js';
import { renderPortrait, type Portrait } from './portrait.js';

/**
 * Developer's tool, not part of set-up: finds where on MakeHuman's surface each of MediaPipe's 468 landmarks lies, by running
 * the mesher on frontal portraits of the cast and projecting what it finds back onto the surface, and writes the mean over
 * people and views to landmark-map.json. The map holds vertex numbers and weights of ours, no data of the package.
 */
const views = [
  { yawDeg: 0, pitchDeg: 0 },
  { yawDeg: 14, pitchDeg: 0 },
  { yawDeg: -14, pitchDeg: 0 },
  { yawDeg: 0, pitchDeg: 8 },
  { yawDeg: 26, pitchDeg: 0 },
  { yawDeg: -26, pitchDeg: 0 },
];
const pointCount = 468;

interface Sum {
  x: number;
  y: number;
  z: number;
  weight: number;
}

/** Adds where each landmark of one portrait lies on the unshaped base mesh. */
function addObservation(base: BaseMesh, portrait: Portrait, landmarks: Float32Array, sums: Sum[]): void {
  const { model, screen } = portrait.actor.geometry,
    head = model.parts.find((part) => part.name === 'head')!;
  for (let i = 0; i < pointCount; i++) {
    const px = landmarks[i * 3]!,
      py = landmarks[i * 3 + 1]!;
    let nearest = Infinity,
      weight = 0;
    const at = [0, 0, 0];
    for (let t = head.firstTriangle; t < head.firstTriangle + head.triangleCount; t++) {
      const [a, b, c] = [0, 1, 2].map((k) => model.vertexPosition[model.triangles[t * 3 + k]!]!) as [
        number,
        number,
        number,
      ];
      const ax = screen[a * 3]!,
        ay = screen[a * 3 + 1]!,
        bx = screen[b * 3]! - ax,
        by = screen[b * 3 + 1]! - ay,
        cx = screen[c * 3]! - ax,
        cy = screen[c * 3 + 1]! - ay;
      const area = bx * cy - by * cx;
      if (area <= 0) continue;
      const wb = ((px - ax) * cy - (py - ay) * cx) / area,
        wc = (bx * (py - ay) - by * (px - ax)) / area;
      if (wb < 0 || wc < 0 || wb + wc > 1) continue;
      const depth = screen[a * 3 + 2]! * (1 - wb - wc) + screen[b * 3 + 2]! * wb + screen[c * 3 + 2]! * wc;
      if (depth >= nearest) continue;
      nearest = depth;
      const corners = [a, b, c].map((v) => model.baseVertex[v]! * 3),
        w = [1 - wb - wc, wb, wc];
      for (let k = 0; k < 3; k++) at[k] = corners.reduce((sum, v, n) => sum + base.positions[v + k]! * w[n]!, 0);
      weight = facing(model.positions, a, b, c, portrait.actor.geometry.headRotation);
    }
    // What is seen at a grazing angle is known badly in depth.
    const trust = Math.max(0, weight) ** 3;
    const sum = sums[i]!;
    sum.x += at[0]! * trust;
    sum.y += at[1]! * trust;
    sum.z += at[2]! * trust;
    sum.weight += trust;
  }
}

/** How squarely a triangle of the neutral head looks at the camera, 0…1. */
function facing(p: Float32Array, a: number, b: number, c: number, rotation: Float64Array): number {
  const u = [0, 1, 2].map((k) => p[b * 3 + k]! - p[a * 3 + k]!),
    v = [0, 1, 2].map((k) => p[c * 3 + k]! - p[a * 3 + k]!);
  const n = [u[2]! * v[1]! - u[1]! * v[2]!, u[0]! * v[2]! - u[2]! * v[0]!, u[1]! * v[0]! - u[0]! * v[1]!];
  return (rotation[6]! * n[0]! + rotation[7]! * n[1]! + rotation[8]! * n[2]!) / Math.hypot(...n);
}

/** The point of the head's surface nearest to a place: three base vertices and their weights. */
function nearestOnSurface(
  base: BaseMesh,
  triangles: readonly number[],
  place: readonly [number, number, number],
): { vertices: number[]; weights: number[] } {
  let best = { vertices: [0, 0, 0], weights: [1, 0, 0] },
    bestDistance = Infinity;
  for (const t of triangles) {
    const ids = [0, 1, 2].map((k) => base.cornerVertex[t * 3 + k]!);
    const [a, b, c] = ids.map((id) => [0, 1, 2].map((k) => base.positions[id * 3 + k]!)) as [
      number[],
      number[],
      number[],
    ];
    const e = b.map((v, k) => v - a[k]!),
      f = c.map((v, k) => v - a[k]!),
      d = place.map((v, k) => v - a[k]!);
    const dot = (p: number[], q: number[]): number => p[0]! * q[0]! + p[1]! * q[1]! + p[2]! * q[2]!;
    const ee = dot(e, e),
      ef = dot(e, f),
      ff = dot(f, f),
      de = dot(d, e),
      df = dot(d, f),
      det = ee * ff - ef * ef;
    let wb = Math.max(0, (ff * de - ef * df) / det),
      wc = Math.max(0, (ee * df - ef * de) / det);
    if (wb + wc > 1) [wb, wc] = [wb / (wb + wc), wc / (wb + wc)];
    const distance = Math.hypot(...d.map((v, k) => v - wb * e[k]! - wc * f[k]!));
    if (distance >= bestDistance) continue;
    bestDistance = distance;
    best = { vertices: ids, weights: [1 - wb - wc, wb, wc] };
  }
  return best;
}

const base = readBaseMesh();
const detector = await FaceDetector.create(createSession),
  mesher = await FaceMesher.create(createSession);
const sums: Sum[] = Array.from({ length: pointCount }, () => ({ x: 0, y: 0, z: 0, weight: 0 }));
for (const { id } of recipes) {
  for (const view of views) {
    const portrait = renderPortrait(id, { ...view, sidePx: 900 });
    const frame = { data: portrait.rgb, widthPx: portrait.widthPx, heightPx: portrait.heightPx };
    const [face] = await detector.detect(frame.data, frame.widthPx, frame.heightPx);
    if (!face) throw new Error(`no face found in the portrait of ${id}`);
    let roi = roiOfDetection(face),
      landmarks = new Float32Array(0);
    for (let pass = 0; pass < 3; pass++) {
      const mesh = await mesher.landmarks(cropFace(frame, roi));
      landmarks = mapLandmarks(mesh.landmarks, invertAffine(roi)) as Float32Array<ArrayBuffer>;
      roi = roiOfLandmarks(landmarks);
    }
    addObservation(base, portrait, landmarks, sums);
    console.log(`${id} ${view.yawDeg}°/${view.pitchDeg}°: score ${face.score01.toFixed(2)}`);
  }
}
const headTriangles: number[] = [];
for (let t = 0; t < base.triangleMaterial.length; t++) {
  if (base.triangleMaterial[t] !== 0) continue;
  const uv = base.cornerUv[t * 3]! * 2;
  if (headChart.owns(base.uvs[uv]!, base.uvs[uv + 1]!, base.positions[base.cornerVertex[t * 3]! * 3 + 1]!))
    headTriangles.push(t);
}
const map = sums.map(({ x, y, z, weight }) => {
  const { vertices, weights } = nearestOnSurface(base, headTriangles, [x / weight, y / weight, z / weight]);
  return [...vertices, ...weights.map((w) => Math.round(w * 1000) / 1000)];
});
const path = join(projectRoot, 'server', 'stage-sim', 'landmark-map.json');
writeFileSync(path, `${JSON.stringify({ points: map }).replaceAll('],[', '],\n[')}\n`);
console.log(`${map.length} landmarks written to ${path}`);
await detector.close();
await mesher.close();
