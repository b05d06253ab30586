import type { Affine } from '../../frame/geometry.js';

/** The mesh point that lies where each of the usual 68 points does: jaw, brows, nose, eyes, lips. */
const meshPointOf68 = [
  162, 234, 93, 58, 172, 136, 149, 148, 152, 377, 378, 365, 397, 288, 323, 454, 389, 71, 63, 105, 66, 107, 336, 296,
  334, 293, 301, 168, 197, 5, 4, 75, 97, 2, 326, 305, 33, 160, 158, 133, 153, 144, 362, 385, 387, 263, 373, 380, 61, 39,
  37, 0, 267, 269, 291, 405, 314, 17, 84, 181, 78, 82, 13, 312, 308, 317, 14, 87,
] as const;

/** 68 × (x, y) of 478 landmarks (x, y, z), moved by a map. */
export function facePoints68(landmarks: Float32Array, map: Affine): Float64Array {
  const out = new Float64Array(68 * 2);
  meshPointOf68.forEach((point, i) => {
    const x = landmarks[point * 3]!,
      y = landmarks[point * 3 + 1]!;
    out[i * 2] = map[0]! * x + map[1]! * y + map[2]!;
    out[i * 2 + 1] = map[3]! * x + map[4]! * y + map[5]!;
  });
  return out;
}
