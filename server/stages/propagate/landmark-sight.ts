import { cropSizePx, type FaceTrack, landmarkCount } from '../../frame/face-track.js';
import type { KernelMemory } from '../../kernels/memory.js';
import { occlusionCells } from '../../kernels/occlusion.js';

/** How far flow's patches, 8 crop px wide and smoothed, see past an edge. */
const flowReachCells = 2;

/**
 * Writes face.landmarkVisible01, 0 or 1 per landmark: flow on what hides a face, or near it, must not move the face. `points`: x, y, z in crop px;
 * `maskPtr`: u8 per cell, 0 hidden.
 */
export function seeLandmarks(memory: KernelMemory, points: Float32Array, maskPtr: number, face: FaceTrack): void {
  for (let i = 0; i < landmarkCount; i++) {
    const x = Math.floor((points[i * 3] * occlusionCells) / cropSizePx);
    const y = Math.floor((points[i * 3 + 1] * occlusionCells) / cropSizePx);
    face.landmarkVisible01[i] = isHidden(memory.u8, maskPtr, x, y) ? 0 : 1;
  }
}

/** The cell, or one a patch of flow away, is hidden. */
function isHidden(u8: Uint8Array, maskPtr: number, x: number, y: number): boolean {
  for (let j = y - flowReachCells; j <= y + flowReachCells; j += flowReachCells)
    for (let i = x - flowReachCells; i <= x + flowReachCells; i += flowReachCells) {
      const inside = i >= 0 && j >= 0 && i < occlusionCells && j < occlusionCells;
      if (inside && u8[maskPtr + j * occlusionCells + i] === 0) return true;
    }
  return false;
}
