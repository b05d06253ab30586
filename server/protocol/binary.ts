/**
 * Binary WebSocket frames, little-endian. Offset 0: u8 kind (1 preview, 2 mesh). The lane's id is UTF-8 at the end of the header.
 *
 * kind 1, preview: u8 kind · u8 which (0 input, 1 output) · u16 laneIdBytes · u32 frameNumber · f64 captureAtUs ·
 *   laneId · JPEG bytes.
 * kind 2, mesh: u8 kind · u8 faceId · u16 laneIdBytes · u32 frameNumber · f64 captureAtUs · f32 confidence01 · u32 pointCount ·
 *   f32 aspect (width/height of the picture) · laneId, padded with zeros to a multiple of 4 · pointCount × (x, y, z) f32:
 *   x in fractions of the width, y in fractions of the height, z in fractions of the width (smaller is nearer).
 */
export const previewKind = 1;
export const meshKind = 2;
export type PreviewSide = 'input' | 'output';

export interface PreviewFrame {
  readonly kind: typeof previewKind;
  readonly laneId: string;
  readonly which: PreviewSide;
  readonly frameNumber: number;
  readonly captureAtUs: number;
  readonly jpeg: Uint8Array;
}
export interface MeshFrame {
  readonly kind: typeof meshKind;
  readonly laneId: string;
  readonly faceId: number;
  readonly frameNumber: number;
  readonly captureAtUs: number;
  readonly confidence01: number;
  readonly aspect: number;
  readonly points: Float32Array;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export function encodePreview(frame: Omit<PreviewFrame, 'kind'>): Uint8Array {
  const id = encoder.encode(frame.laneId);
  const out = new Uint8Array(16 + id.length + frame.jpeg.length);
  const view = new DataView(out.buffer);
  out[0] = previewKind;
  out[1] = frame.which === 'input' ? 0 : 1;
  view.setUint16(2, id.length, true);
  view.setUint32(4, frame.frameNumber, true);
  view.setFloat64(8, frame.captureAtUs, true);
  out.set(id, 16);
  out.set(frame.jpeg, 16 + id.length);
  return out;
}

export function encodeMesh(frame: Omit<MeshFrame, 'kind'>): Uint8Array {
  const id = encoder.encode(frame.laneId);
  const start = (28 + id.length + 3) & ~3;
  const out = new Uint8Array(start + frame.points.length * 4);
  const view = new DataView(out.buffer);
  out[0] = meshKind;
  out[1] = frame.faceId;
  view.setUint16(2, id.length, true);
  view.setUint32(4, frame.frameNumber, true);
  view.setFloat64(8, frame.captureAtUs, true);
  view.setFloat32(16, frame.confidence01, true);
  view.setUint32(20, frame.points.length / 3, true);
  view.setFloat32(24, frame.aspect, true);
  out.set(id, 28);
  new Float32Array(out.buffer, start, frame.points.length).set(frame.points);
  return out;
}

/** Returns null for anything that is not a whole frame of a known kind. */
export function decodeBinary(bytes: Uint8Array): PreviewFrame | MeshFrame | null {
  if (bytes.length < 16) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const idBytes = view.getUint16(2, true);
  const head = { frameNumber: view.getUint32(4, true), captureAtUs: view.getFloat64(8, true) };
  if (bytes[0] === previewKind && bytes.length > 16 + idBytes) {
    const laneId = decoder.decode(bytes.subarray(16, 16 + idBytes));
    const which: PreviewSide = bytes[1] === 0 ? 'input' : 'output';
    return { kind: previewKind, laneId, which, ...head, jpeg: bytes.subarray(16 + idBytes) };
  }
  if (bytes[0] === meshKind && bytes.length >= 28 + idBytes) {
    const points = view.getUint32(20, true) * 3;
    const start = (28 + idBytes + 3) & ~3;
    if (bytes.length !== start + points * 4) return null;
    return {
      kind: meshKind,
      laneId: decoder.decode(bytes.subarray(28, 28 + idBytes)),
      faceId: bytes[1] ?? 0,
      ...head,
      confidence01: view.getFloat32(16, true),
      aspect: view.getFloat32(24, true),
      points: new Float32Array(new Uint8Array(bytes).slice(start).buffer),
    };
  }
  return null;
}
