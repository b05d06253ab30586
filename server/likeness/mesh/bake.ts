import { surfaceCount } from '../../frame/face-track.js';
import type { KernelMemory } from '../../kernels/memory.js';
import { rasterFull, rasterMode, rasterVertexFloats, type RasterKernel } from '../../kernels/raster.js';
import type { CanonicalFace } from './canonical.js';
import { fitSimilarity, newPose } from './pose.js';

/**
 * What the mesh engine needs of a photographed face: its skin unwrapped to the canonical face's texture space, its shape
 * turned to the front, and its colour at every vertex. Made once when a likeness is built, or a performer enrolled.
 */
export interface FaceBake {
  /** textureSizePx² × RGBA, 8 bit, sRGB-coded; alpha 0 where no photo saw the skin. */
  readonly texture: Uint8Array;
  /** 468 × (x, y, z) in the canonical face's frame (cm, y up, z to the viewer), scaled to its size. */
  readonly shape: Float32Array;
  /** 468 × RGB 0…255, mean over a small patch. */
  readonly vertexRgb: Float32Array;
}
export const textureSizePx = 512;

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

/** Landmarks in image axes (y down, z away) turned to the canonical frame (y up, z near), rotation and scale removed. */
export function frontalShape(landmarks: Float32Array, canonical: CanonicalFace): Float32Array {
  const seen = new Float32Array(surfaceCount * 3);
  for (let i = 0; i < surfaceCount; i++) {
    seen[i * 3] = landmarks[i * 3];
    seen[i * 3 + 1] = -landmarks[i * 3 + 1];
    seen[i * 3 + 2] = -landmarks[i * 3 + 2];
  }
  const pose = newPose();
  fitSimilarity(seen, canonical.positions, surfaceCount, null, pose);
  const R = pose.rotation,
    s = pose.scale,
    t = pose.translation;
  const out = new Float32Array(surfaceCount * 3);
  for (let i = 0; i < surfaceCount; i++) {
    const x = seen[i * 3],
      y = seen[i * 3 + 1],
      z = seen[i * 3 + 2];
    out[i * 3] = s * (R[0] * x + R[1] * y + R[2] * z) + t[0];
    out[i * 3 + 1] = s * (R[3] * x + R[4] * y + R[5] * z) + t[1];
    out[i * 3 + 2] = s * (R[6] * x + R[7] * y + R[8] * z) + t[2];
  }
  return out;
}

function colourAt(photo: Photo, x: number, y: number, radius: number, out: Float32Array, at: number): void {
  let r = 0,
    g = 0,
    b = 0,
    n = 0;
  for (let dy = -radius; dy <= radius; dy += Math.max(1, radius)) {
    for (let dx = -radius; dx <= radius; dx += Math.max(1, radius)) {
      const px = Math.min(photo.widthPx - 1, Math.max(0, Math.floor(x + dx)));
      const py = Math.min(photo.heightPx - 1, Math.max(0, Math.floor(y + dy)));
      const k = (py * photo.widthPx + px) * 3;
      r += photo.rgb[k];
      g += photo.rgb[k + 1];
      b += photo.rgb[k + 2];
      n++;
    }
  }
  out[at] = r / n;
  out[at + 1] = g / n;
  out[at + 2] = b / n;
}

/**
 * Unwraps a photo. The rasteriser draws the canonical mesh in texture space with the photo as its texture.
 * Uses kernel memory for the photo (8 bytes a pixel) and gives it back.
 */
export function bakeFace(photo: Photo, canonical: CanonicalFace, memory: KernelMemory, raster: RasterKernel): FaceBake {
  const mark = memory.mark();
  const { widthPx, heightPx, landmarks } = photo;
  const photoPtr = memory.allocate(widthPx * heightPx * 8);
  const targetPtr = memory.allocate(textureSizePx * textureSizePx * 8);
  const vertexPtr = memory.allocate(surfaceCount * rasterVertexFloats * 4);
  const indexPtr = memory.allocate(canonical.triangles.length * 2);
  const offsetsPtr = memory.allocate(64);
  const source = memory.u16.subarray(photoPtr >> 1, (photoPtr >> 1) + widthPx * heightPx * 4);
  for (let i = 0, k = 0; k < photo.rgb.length; i += 4, k += 3) {
    source[i] = photo.rgb[k] << 8;
    source[i + 1] = photo.rgb[k + 1] << 8;
    source[i + 2] = photo.rgb[k + 2] << 8;
    source[i + 3] = photo.person ? photo.person[i >> 2] << 8 : rasterFull;
  }
  memory.f32.fill(0, offsetsPtr >> 2, (offsetsPtr >> 2) + 16);
  memory.u8.fill(0, targetPtr, targetPtr + textureSizePx * textureSizePx * 8);
  memory.u16.set(canonical.triangles, indexPtr >> 1);
  const vertices = memory.f32.subarray(vertexPtr >> 2, (vertexPtr >> 2) + surfaceCount * rasterVertexFloats);
  const span = Math.hypot(landmarks[263 * 3] - landmarks[33 * 3], landmarks[263 * 3 + 1] - landmarks[33 * 3 + 1]);
  const vertexRgb = new Float32Array(surfaceCount * 3);
  vertices.fill(0);
  for (let i = 0; i < surfaceCount; i++) {
    const at = i * rasterVertexFloats;
    vertices[at] = canonical.uvs[i * 2] * textureSizePx;
    vertices[at + 1] = canonical.uvs[i * 2 + 1] * textureSizePx;
    vertices[at + 3] = landmarks[i * 3];
    vertices[at + 4] = landmarks[i * 3 + 1];
    vertices.fill(1, at + 5, at + 9);
    colourAt(photo, landmarks[i * 3], landmarks[i * 3 + 1], Math.max(1, Math.round(span * 0.02)), vertexRgb, i * 3);
  }
  raster.drawTriangles(
    vertexPtr,
    indexPtr,
    canonical.triangles.length / 3,
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
  const texture = new Uint8Array(textureSizePx * textureSizePx * 4);
  const target = memory.u16.subarray(targetPtr >> 1, (targetPtr >> 1) + texture.length);
  for (let i = 0; i < texture.length; i++) texture[i] = (target[i] + 128) >> 8;
  memory.rewind(mark);
  return { texture, shape: frontalShape(landmarks, canonical), vertexRgb };
}

const magic = 'UNDERSTUDY-BAKE1';
/** One file: magic, then texture, shape, vertexRgb as raw little-endian bytes. */
export function writeBake(bake: FaceBake): Uint8Array {
  const bytes = (data: Float32Array): Uint8Array => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return Buffer.concat([Buffer.from(magic), bake.texture, bytes(bake.shape), bytes(bake.vertexRgb)]);
}
/** Null for anything that is not a whole bake. */
export function readBake(file: Uint8Array): FaceBake | null {
  const textureBytes = textureSizePx * textureSizePx * 4;
  const floats = surfaceCount * 3 * 4;
  if (file.length !== magic.length + textureBytes + 2 * floats) return null;
  if (Buffer.from(file.subarray(0, magic.length)).toString('latin1') !== magic) return null;
  const copy = new Uint8Array(file).slice(magic.length);
  return {
    texture: copy.slice(0, textureBytes),
    shape: new Float32Array(copy.slice(textureBytes, textureBytes + floats).buffer),
    vertexRgb: new Float32Array(copy.slice(textureBytes + floats).buffer),
  };
}
