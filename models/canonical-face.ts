import { readPackedVarints, readProtobuf, type ProtobufField } from './onnx/protobuf.js';

/** MediaPipe's average face. Right-handed, in centimetres, y up, looking along +z; the origin is inside the head. */
export interface CanonicalFace {
  /** 468 × (x, y, z), centimetres. */
  readonly positionsCm: readonly number[];
  /** 468 × (u, v), 0 to 1 from the texture's top left. */
  readonly uvs01: readonly number[];
  /** 898 × three vertex numbers, anticlockwise seen from outside. */
  readonly triangles: readonly number[];
  /** The points that a rigid fit of the face should trust, with their weights. */
  readonly fitWeights: readonly { readonly landmark: number; readonly weight: number }[];
}

const assetName = 'geometry_pipeline_metadata_landmarks.binarypb';
const pointCount = 468;
const triangleCount = 898;

/**
 * Takes the canonical face out of @mediapipe/face_mesh: `assets` is the packed .data file, `loader` the script beside it,
 * which lists the packed files with their offsets.
 */
export function extractCanonicalFace(assets: Uint8Array, loader: Uint8Array): CanonicalFace {
  const listing = /"files":\s*(\[[^\]]*\])/.exec(new TextDecoder().decode(loader));
  const files = JSON.parse(listing?.[1] ?? '[]') as { filename: string; start: number; end: number }[];
  const file = files.find(({ filename }) => filename.endsWith(assetName));
  if (file === undefined) throw new RangeError(`${assetName} is not in the package's asset list`);
  return parseGeometryMetadata(assets.subarray(file.start, file.end));
}

/** Message numbers: mediapipe/modules/face_geometry/protos, geometry_pipeline_metadata.proto and mesh_3d.proto. */
function parseGeometryMetadata(bytes: Uint8Array): CanonicalFace {
  const vertices: number[] = [],
    triangles: number[] = [];
  const fitWeights: { landmark: number; weight: number }[] = [];
  for (const { field, bytes: inner } of readProtobuf(bytes)) {
    if (inner === null) continue;
    if (field === 1) readMesh(inner, vertices, triangles);
    if (field === 2) {
      const [landmark, weight] = [...readProtobuf(inner)].map((part) => part.number);
      fitWeights.push({ landmark: landmark!, weight: decimal(weight!, 9) });
    }
  }
  if (
    vertices.length !== pointCount * 5 ||
    triangles.length !== triangleCount * 3 ||
    triangles.some((at) => at >= pointCount)
  ) {
    throw new RangeError(`The canonical mesh has ${vertices.length / 5} points and ${triangles.length / 3} triangles`);
  }
  return {
    positionsCm: vertices.filter((_, i) => i % 5 < 3),
    uvs01: vertices.filter((_, i) => i % 5 >= 3),
    triangles,
    fitWeights,
  };
}

function readMesh(bytes: Uint8Array, vertices: number[], triangles: number[]): void {
  for (const part of readProtobuf(bytes)) {
    if (part.field === 3) vertices.push(...floatsOf(part).map((value) => decimal(value, 6)));
    if (part.field === 4) triangles.push(...(part.bytes === null ? [part.number] : readPackedVarints(part.bytes)));
  }
}

/** A repeated float field comes packed or one by one. */
function floatsOf({ bytes, number }: ProtobufField): number[] {
  if (bytes === null) return [number];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.byteLength / 4 }, (_, i) => view.getFloat32(i * 4, true));
}

/** The source is text with so many decimals; a 32-bit float printed in full would only show its rounding. */
const decimal = (value: number, digits: number): number => Number(value.toFixed(digits)) + 0;
