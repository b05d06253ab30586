/** Photos of a likeness as an engine's source: each a square RGB crop round the face and its landmarks in it. */
export interface SourceFace {
  readonly rgb: Uint8Array;
  readonly sidePx: number;
  /** 478 × (x, y, z) in crop pixels. */
  readonly landmarks: Float32Array;
}

const magic = 0x31465355;
const landmarkFloats = 478 * 3;

/** Little-endian: magic "USF1", count; per face: side, RGB, landmarks. */
export function writeSourceFile(faces: readonly SourceFace[]): Uint8Array {
  const parts: Uint8Array[] = [new Uint8Array(Uint32Array.of(magic, faces.length).buffer)];
  for (const { rgb, sidePx, landmarks } of faces) {
    parts.push(new Uint8Array(Uint32Array.of(sidePx).buffer), rgb.slice(), new Uint8Array(landmarks.slice().buffer));
  }
  return Buffer.concat(parts);
}

/** Null where the bytes are no such file. */
export function readSourceFile(bytes: Uint8Array): SourceFace[] | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 8 || view.getUint32(0, true) !== magic) return null;
  const faces: SourceFace[] = [];
  let at = 8;
  for (let left = view.getUint32(4, true); left > 0; left--) {
    if (at + 4 > bytes.length) return null;
    const sidePx = view.getUint32(at, true);
    const rgbEnd = at + 4 + sidePx * sidePx * 3;
    const end = rgbEnd + landmarkFloats * 4;
    if (end > bytes.length) return null;
    faces.push({
      sidePx,
      rgb: new Uint8Array(bytes.subarray(at + 4, rgbEnd)),
      // Copies: the bytes may start anywhere, and a Buffer's own slice is a view.
      landmarks: new Float32Array(new Uint8Array(bytes.subarray(rgbEnd, end)).buffer),
    });
    at = end;
  }
  return faces;
}
