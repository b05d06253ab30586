import { surfaceCount } from '../../frame/face-track.js';
import type { KernelMemory } from '../../kernels/memory.js';
import { rasterFull, rasterMode, rasterVertexFloats, type RasterKernel } from '../../kernels/raster.js';
import type { CanonicalFace } from './canonical.js';
import { fitSimilarity, newPose } from './pose.js';
import { hangRings, type SkinMesh } from './skin-mesh.js';
import { vertexNormals } from './normals.js';

export const textureSizePx = 768;
export const texels = textureSizePx * textureSizePx;

export interface Photo {
  readonly widthPx: number;
  readonly heightPx: number;
  /** RGB, 3 bytes a pixel. */
  readonly rgb: Uint8Array;
  /** 478 × (x, y, z) in photo pixels; z smaller is nearer. */
  readonly landmarks: Float32Array;
  /** Where the person is, 0…255 per pixel; what lies behind the cheeks must not become skin. Null: everywhere. */
  readonly person: Uint8Array | null;
}

/** One photo in texture space. */
export interface Unwrapped {
  /** texels × RGB, 0…255. */
  readonly rgb: Float32Array;
  /** texels: how well this photo saw the texel, 0…1 (towards the camera, person, sharpness not yet counted). */
  readonly seen: Float32Array;
  /** Landmarks and rings in the canonical frame: count × (x, y, z), cm. */
  readonly shape: Float32Array;
}

/** What unwrapping works with; the raster kernel draws the mesh in texture space with the photo as its texture. */
export interface UnwrapTools {
  readonly canonical: CanonicalFace;
  readonly mesh: SkinMesh;
  readonly memory: KernelMemory;
  readonly raster: RasterKernel;
}

/** Landmarks in image axes (y down, z away) as canonical ones (y up, z near), with the rings hung round them. */
function placed(
  landmarks: Float32Array,
  { canonical, mesh }: UnwrapTools,
): { seen: Float32Array; shape: Float32Array } {
  const seen = new Float32Array(mesh.count * 3);
  for (let i = 0; i < surfaceCount; i++) {
    seen[i * 3] = landmarks[i * 3];
    seen[i * 3 + 1] = -landmarks[i * 3 + 1];
    seen[i * 3 + 2] = -landmarks[i * 3 + 2];
  }
  const toPhoto = newPose();
  fitSimilarity(canonical.positions, seen, surfaceCount, null, toPhoto);
  hangRings(mesh, toPhoto, seen);
  const toCanonical = newPose();
  fitSimilarity(seen, canonical.positions, surfaceCount, null, toCanonical);
  const { rotation: R, scale: s, translation: t } = toCanonical;
  const shape = new Float32Array(mesh.count * 3);
  for (let i = 0; i < shape.length; i += 3) {
    for (let row = 0; row < 3; row++) {
      const dot = R[row * 3] * seen[i] + R[row * 3 + 1] * seen[i + 1] + R[row * 3 + 2] * seen[i + 2];
      shape[i + row] = s * dot + t[row];
    }
  }
  return { seen, shape };
}

/** Below this cosine to the camera a photo's skin is smeared: not taken. */
const leastFacing = 0.12;

/** Uses kernel memory for the photo (8 bytes a pixel) and two textures, and gives it back. */
export function unwrap(photo: Photo, tools: UnwrapTools): Unwrapped {
  const { mesh, memory, raster } = tools;
  const mark = memory.mark();
  const { widthPx, heightPx, landmarks } = photo;
  const { seen: points, shape } = placed(landmarks, tools);
  const normals = new Float32Array(mesh.count * 3);
  vertexNormals(points, mesh.triangles, normals);
  const photoPtr = loadPhoto(photo, memory);
  const targetPtr = memory.allocate(texels * 8);
  const vertexPtr = memory.allocate(mesh.count * rasterVertexFloats * 4);
  const indexPtr = memory.allocate(mesh.triangles.length * 2);
  const offsetsPtr = memory.allocate(64);
  memory.f32.fill(0, offsetsPtr >> 2, (offsetsPtr >> 2) + 16);
  memory.u8.fill(0, targetPtr, targetPtr + texels * 8);
  memory.u16.set(mesh.triangles, indexPtr >> 1);
  const vertices = memory.f32.subarray(vertexPtr >> 2, (vertexPtr >> 2) + mesh.count * rasterVertexFloats);
  vertices.fill(0);
  for (let i = 0; i < mesh.count; i++) {
    const at = i * rasterVertexFloats;
    vertices[at] = mesh.uvs[i * 2] * textureSizePx;
    vertices[at + 1] = mesh.uvs[i * 2 + 1] * textureSizePx;
    vertices[at + 3] = points[i * 3];
    vertices[at + 4] = -points[i * 3 + 1];
    const facing = Math.max(0, (normals[i * 3 + 2] - leastFacing) / (1 - leastFacing));
    vertices.fill(1, at + 5, at + 8);
    vertices[at + 8] = inside(photo, points[i * 3], -points[i * 3 + 1]) ? facing * facing : 0;
  }
  raster.drawTriangles(
    vertexPtr,
    indexPtr,
    mesh.triangles.length / 3,
    photoPtr,
    offsetsPtr,
    targetPtr,
    0,
    widthPx,
    heightPx,
    textureSizePx,
    textureSizePx,
    textureSizePx * 8,
    rasterMode.noDepth,
  );
  const target = memory.u16.subarray(targetPtr >> 1, (targetPtr >> 1) + texels * 4);
  const rgb = new Float32Array(texels * 3);
  const seen = new Float32Array(texels);
  for (let i = 0; i < texels; i++) {
    for (let c = 0; c < 3; c++) rgb[i * 3 + c] = target[i * 4 + c] / 256;
    seen[i] = target[i * 4 + 3] / rasterFull;
  }
  memory.rewind(mark);
  return { rgb, seen, shape };
}

/** A value per vertex (0…2) spread over the texture, linear in each triangle; 1 where the mesh is not. */
export function spreadOverTexture(values: Float32Array, { mesh, memory, raster }: UnwrapTools): Float32Array {
  const mark = memory.mark();
  const whitePtr = memory.allocate(32);
  const targetPtr = memory.allocate(texels * 8);
  const vertexPtr = memory.allocate(mesh.count * rasterVertexFloats * 4);
  const indexPtr = memory.allocate(mesh.triangles.length * 2);
  const offsetsPtr = memory.allocate(64);
  memory.u16.fill(rasterFull / 2, whitePtr >> 1, (whitePtr >> 1) + 16);
  memory.f32.fill(0, offsetsPtr >> 2, (offsetsPtr >> 2) + 16);
  memory.u16.fill(rasterFull / 2, targetPtr >> 1, (targetPtr >> 1) + texels * 4);
  memory.u16.set(mesh.triangles, indexPtr >> 1);
  const vertices = memory.f32.subarray(vertexPtr >> 2, (vertexPtr >> 2) + mesh.count * rasterVertexFloats);
  vertices.fill(0);
  for (let i = 0; i < mesh.count; i++) {
    const at = i * rasterVertexFloats;
    vertices[at] = mesh.uvs[i * 2] * textureSizePx;
    vertices[at + 1] = mesh.uvs[i * 2 + 1] * textureSizePx;
    vertices.fill(values[i]!, at + 5, at + 8);
    vertices[at + 8] = 1;
  }
  const side = textureSizePx;
  const count = mesh.triangles.length / 3;
  const mode = rasterMode.noDepth;
  raster.drawTriangles(
    vertexPtr,
    indexPtr,
    count,
    whitePtr,
    offsetsPtr,
    targetPtr,
    0,
    2,
    2,
    side,
    side,
    side * 8,
    mode,
  );
  const target = memory.u16.subarray(targetPtr >> 1, (targetPtr >> 1) + texels * 4);
  const out = Float32Array.from({ length: texels }, (_, i) => (target[i * 4]! * 2) / rasterFull);
  memory.rewind(mark);
  return out;
}

const inside = (photo: Photo, x: number, y: number): boolean =>
  x >= 0 && y >= 0 && x < photo.widthPx && y < photo.heightPx;

function loadPhoto(photo: Photo, memory: KernelMemory): number {
  const pixels = photo.widthPx * photo.heightPx;
  const photoPtr = memory.allocate(pixels * 8);
  const source = memory.u16.subarray(photoPtr >> 1, (photoPtr >> 1) + pixels * 4);
  for (let i = 0, k = 0; k < pixels * 3; i += 4, k += 3) {
    source[i] = photo.rgb[k] << 8;
    source[i + 1] = photo.rgb[k + 1] << 8;
    source[i + 2] = photo.rgb[k + 2] << 8;
    source[i + 3] = photo.person ? photo.person[i >> 2] << 8 : rasterFull;
  }
  return photoPtr;
}
