import { invertAffine } from '../../frame/geometry.js';
import { CodedError } from '../../errors/coded-error.js';
import type { TensorData } from '../../onnx/foreign-port.js';
import { lastInitialiser } from '../../onnx/initialiser.js';
import { refuseNotFinite } from '../neural/checks.js';
import { ofBytes, warp, type FloatPicture } from '../neural/picture.js';
import type { SourceKind } from '../neural/roles.js';
import type { SourceFace } from '../neural/source-file.js';
import { alignMesh, type TemplateName } from '../neural/templates.js';
import { runRoled, signedNormalisation, toTensor, type RoledSession } from '../neural/tensors.js';

export const embeddingLength = 512;
const layout = { layout: 'NCHW', order: 'RGB' } as const;

/** A recogniser's answer as it comes, and of length one. */
export interface Embedding {
  readonly raw: Float32Array;
  readonly normed: Float32Array;
}
export const lengthOf = (vector: Float32Array): number => Math.hypot(...vector);
export function normalised(vector: Float32Array): Float32Array {
  const length = lengthOf(vector) || 1;
  return vector.map((value) => value / length);
}

/** The template crop of a face, as a tensor in 0…1 or −1…1. */
function cropOf(picture: FloatPicture, landmarks: Float32Array, template: TemplateName, sidePx: number): FloatPicture {
  const toCrop = invertAffine(alignMesh(landmarks, template, sidePx));
  return warp(picture, toCrop, { widthPx: sidePx, heightPx: sidePx, outside: 'edge' });
}

/** RGB −1…1, ArcFace's second template, 112 px. */
export async function embed(
  recogniser: RoledSession,
  picture: FloatPicture,
  landmarks: Float32Array,
): Promise<Embedding> {
  const crop = cropOf(picture, landmarks, 'arcface-112-v2', 112);
  const answer = await runRoled(recogniser, { picture: toTensor(crop, layout, signedNormalisation) });
  refuseNotFinite(recogniser.modelId, 'embedding', answer['embedding']!);
  const raw = answer['embedding']!.data;
  return { raw, normed: normalised(raw) };
}

const pictureOf = ({ rgb, sidePx }: SourceFace): FloatPicture => ofBytes(rgb, sidePx, sidePx);

/** Means of the raw vectors and of the normed ones; the mean is not made of length one again. */
export async function embedAll(recogniser: RoledSession, faces: readonly SourceFace[]): Promise<Embedding> {
  const raw = new Float32Array(embeddingLength),
    normed = new Float32Array(embeddingLength);
  for (const face of faces) {
    const one = await embed(recogniser, pictureOf(face), face.landmarks);
    for (let i = 0; i < embeddingLength; i++) {
      raw[i]! += one.raw[i]! / faces.length;
      normed[i]! += one.normed[i]! / faces.length;
    }
  }
  return { raw, normed };
}

/** Row vector · 512×512 matrix. */
export function throughEmap(vector: Float32Array, emap: Float32Array): Float32Array {
  const sums = new Float64Array(embeddingLength);
  for (let row = 0; row < embeddingLength; row++) {
    for (let column = 0; column < embeddingLength; column++)
      sums[column]! += vector[row]! * emap[row * embeddingLength + column]!;
  }
  return Float32Array.from(sums);
}

/** The emap of an inswapper file: its last 512×512 constant. Throws MODEL_EMAP_MISSING. */
export function emapOf(model: string, bytes: Uint8Array): Float32Array {
  const emap = lastInitialiser(bytes, [embeddingLength, embeddingLength]);
  if (emap === null) throw new CodedError('MODEL_EMAP_MISSING', { model });
  return emap;
}

export interface SourceMakers {
  readonly emap: Float32Array | null;
  readonly emapRenorm: boolean;
  readonly converter: RoledSession | null;
}

/** What a swapper that takes a vector is told about whom to show. */
export async function sourceVector(
  kind: SourceKind,
  { raw, normed }: Embedding,
  makers: SourceMakers,
): Promise<Float32Array> {
  switch (kind) {
    case 'emap': {
      const length = lengthOf(raw) || 1;
      const mapped = throughEmap(raw, makers.emap!).map((value) => value / length);
      return makers.emapRenorm ? normalised(mapped) : mapped;
    }
    case 'normed':
      return normed;
    case 'ghost':
      return convert(makers.converter!, raw);
    case 'simswap':
    case 'hififace':
      return normalised(await convert(makers.converter!, raw));
    case 'picture-112':
    case 'picture-256':
      throw new Error('This network takes a picture, not a vector');
  }
}

async function convert(converter: RoledSession, raw: Float32Array): Promise<Float32Array> {
  const answer = await runRoled(converter, { embedding: { data: raw, shape: [1, embeddingLength] } });
  refuseNotFinite(converter.modelId, 'embedding', answer['embedding']!);
  return answer['embedding']!.data;
}

/** What a swapper that takes a picture is told: the first photo, RGB 0…1, whatever the target's normalisation is. */
export function sourcePicture(kind: 'picture-112' | 'picture-256', face: SourceFace): TensorData {
  const [template, sidePx] = kind === 'picture-112' ? (['arcface-112-v2', 112] as const) : (['ffhq-512', 256] as const);
  return toTensor(cropOf(pictureOf(face), face.landmarks, template, sidePx), layout);
}

/** The weight slider: 0.5 leaves the source alone, the ends mix 35 % of the target's own vector out or in. */
export function weighted(kind: SourceKind, source: Float32Array, target: Embedding, weight01: number): Float32Array {
  const w = 0.35 - 0.7 * Math.min(Math.max(weight01, 0), 1);
  const own = kind === 'ghost' ? target.raw : target.normed;
  return source.map((value, i) => value * (1 - w) + own[i]! * w);
}
