import { rasterVertexFloats } from '../../kernels/raster.js';
import type { MeshCanvas } from './canvas.js';
import { faceWidthCm } from './canonical.js';
import { textureSizePx } from './bake.js';
import type { VertexLight } from './relight.js';

/** What is drawn of one likeness: views that its engine fills before each picture, vertices of the skin mesh × so many f32. */
export interface DrawnSurface {
  /** × 2, region px, y down. */
  readonly shaped: Float32Array;
  /** × 3, picture px as the performer is seen: y up, z to the viewer. */
  readonly seen: Float32Array;
  /** × 1, cm inside the end of the drawn skin; below 0 outside. */
  readonly fromRim: Float32Array;
  /** × 3, the texture's Y Cb Cr, legal-range codes. */
  readonly textureYuv: Float32Array;
  readonly light: VertexLight;
  /** × 3, Y Cb Cr codes that are added. */
  readonly tone: Float32Array;
}

/** Turns a lit surface into the rasteriser's vertices (layout in assembly/_raster-shared.ts), in the canvas's two buffers. */
export class DrawnVertices {
  constructor(
    private readonly canvas: MeshCanvas,
    private readonly surface: DrawnSurface,
  ) {}

  /**
   * @param normals vertices × (x, y, z), unit, y up, z to the camera
   * @param patch where the patch begins, region px
   * @param rgb picture's model: biases are R G B codes, otherwise Y Cb Cr codes
   * @param edge01 width of the soft edge as a fraction of the face's width
   */
  fill(normals: Float32Array, patch: { readonly x0: number; readonly y0: number }, rgb: boolean, edge01: number): void {
    const { memory, mesh, vertexPtr, selfVertexPtr } = this.canvas;
    const { shaped, seen, fromRim, textureYuv, light, tone } = this.surface;
    const { gain, tintCb, tintCr } = light;
    const skin = memory.f32;
    const edgeCm = Math.max(0.05, edge01 * faceWidthCm);
    for (let i = 0; i < mesh.count; i++) {
      const at = (vertexPtr >> 2) + i * rasterVertexFloats;
      const own = (selfVertexPtr >> 2) + i * rasterVertexFloats;
      const x = shaped[i * 2] - patch.x0;
      const y = shaped[i * 2 + 1] - patch.y0;
      const z = -seen[i * 3 + 2];
      skin[at] = x;
      skin[at + 1] = y;
      skin[at + 2] = z;
      skin[at + 3] = mesh.uvs[i * 2] * textureSizePx;
      skin[at + 4] = mesh.uvs[i * 2 + 1] * textureSizePx;
      // Only what faces away is left out: fading earlier lets the performer's own profile through.
      const facing = Math.min(1, Math.max(0, (normals[i * 3 + 2] + 0.15) / 0.15));
      const lit = (textureYuv[i * 3] - 16) * gain[i];
      const luma = tone[i * 3],
        cb = tintCb[i] * lit + tone[i * 3 + 1],
        cr = tintCr[i] * lit + tone[i * 3 + 2];
      skin[at + 5] = gain[i];
      skin[at + 6] = gain[i];
      skin[at + 7] = gain[i];
      skin[at + 8] = Math.min(1, Math.max(0, fromRim[i]) / edgeCm) * facing;
      // Over RGB pictures the tint becomes the BT.709 chroma contributions; over YUV it is the chroma itself.
      skin[at + 9] = rgb ? luma * 1.164 + cr * 1.793 : luma;
      skin[at + 10] = rgb ? luma * 1.164 - cb * 0.213 - cr * 0.533 : cb;
      skin[at + 11] = rgb ? luma * 1.164 + cb * 2.112 : cr;
      skin[own] = x;
      skin[own + 1] = y;
      skin[own + 2] = z;
      skin[own + 5] = 1;
      skin[own + 6] = 1;
      skin[own + 7] = 1;
      skin[own + 8] = 1;
      skin[own + 9] = 0;
      skin[own + 10] = 0;
      skin[own + 11] = 0;
    }
  }

  /** After `fill`: no gain, no bias, so every texel becomes the offset that is drawn with, which is white. */
  whiten(): void {
    const { memory, mesh, vertexPtr, selfVertexPtr } = this.canvas;
    whitenVertices(memory.f32, vertexPtr, mesh.count);
    whitenVertices(memory.f32, selfVertexPtr, mesh.count);
  }
}

function whitenVertices(floats: Float32Array, vertexPtr: number, count: number): void {
  for (let i = 0; i < count; i++) {
    const at = (vertexPtr >> 2) + i * rasterVertexFloats;
    floats[at + 5] = floats[at + 6] = floats[at + 7] = 0;
    floats[at + 9] = floats[at + 10] = floats[at + 11] = 0;
  }
}
