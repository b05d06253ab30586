import { CodedError } from '../../errors/coded-error.js';
import type { BoxPx } from '../../frame/geometry.js';
import type { Clock } from '../../time/clock.js';
import {
  likenessDigest,
  likenessSchemaVersion,
  sha256Of,
  type LikenessManifest,
  type LikenessPhoto,
} from './manifest.js';
import type { LikenessPackage } from './package-file.js';

/** A photo as it was decoded: upright (EXIF orientation applied), 8-bit RGB, rows without padding. */
export interface DecodedPhoto {
  readonly rgb: Uint8Array;
  readonly widthPx: number;
  readonly heightPx: number;
}
export interface FoundFace {
  readonly box: BoxPx;
  /** Six points (x, y): performer's right eye, left eye, nose tip, mouth, right ear, left ear. */
  readonly keyPoints: Float32Array;
  /** The detector's score. */
  readonly score01: number;
}
export interface MeasuredFace {
  /** x, y, z of 478 points, pixels of the photo. */
  readonly landmarksPx: Float32Array;
  /** The landmark model's own "there is a face". */
  readonly confidence01: number;
}
/** What building needs of decoder and models; photo-faces.ts makes it from the real ones. */
export interface PhotoFaces {
  decode(bytes: Uint8Array): Promise<DecodedPhoto>;
  find(photo: DecodedPhoto): Promise<readonly FoundFace[]>;
  measure(photo: DecodedPhoto, face: FoundFace): Promise<MeasuredFace>;
}

export interface LikenessRequest {
  readonly id: string;
  readonly name: string;
  readonly photos: readonly { readonly name: string; readonly bytes: Uint8Array }[];
  /** A record of server/trust/consent.ts, or null. */
  readonly consent: unknown;
}

/** Below this the texture is coarser than a 1080p close-up shows. Between the outer cheek points. */
export const smallestFacePx = 120;
/** Beyond this one half of the face is hardly seen. */
export const mostYawDeg = 40;
export const leastScore01 = 0.5;
export const leastConfidence01 = 0.5;

/**
 * A likeness package from photos of one person. Each photo must show exactly one usable face; the first that does not is refused with
 * its code and name (LIKENESS_PHOTO_UNREADABLE, _NO_FACE, _SEVERAL_FACES, _FACE_SMALL, _FACE_CUT, _FACE_TURNED, _FACE_UNSURE).
 */
export async function buildLikeness(
  request: LikenessRequest,
  faces: PhotoFaces,
  clock: Clock,
): Promise<LikenessPackage> {
  if (request.photos.length === 0) throw new CodedError('LIKENESS_NO_PHOTOS');
  const photos = new Map<string, Uint8Array>();
  const entries: LikenessPhoto[] = [];
  for (const { name, bytes } of request.photos) {
    const entry = await measurePhoto(name, bytes, `photo-${entries.length + 1}.${kindOf(name, bytes)}`, faces);
    photos.set(entry.file, bytes);
    entries.push(entry);
  }
  const manifest: LikenessManifest = {
    schemaVersion: likenessSchemaVersion,
    id: request.id,
    name: request.name,
    createdIso: clock.wallClockIso(),
    photos: entries,
    consent: request.consent,
  };
  return { manifest, photos, digest: likenessDigest(entries) };
}

/** By content, not by name: a PNG called .jpg is common. */
function kindOf(name: string, bytes: Uint8Array): 'jpg' | 'png' {
  if (bytes[0] === 0xff && bytes[1] === 0xd8) return 'jpg';
  if (bytes[0] === 0x89 && bytes[1] === 0x50 && bytes[2] === 0x4e && bytes[3] === 0x47) return 'png';
  throw new CodedError('LIKENESS_PHOTO_UNREADABLE', { photo: name, reason: 'it is neither JPEG nor PNG' });
}

async function measurePhoto(name: string, bytes: Uint8Array, file: string, faces: PhotoFaces): Promise<LikenessPhoto> {
  const photo = await faces.decode(bytes).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CodedError('LIKENESS_PHOTO_UNREADABLE', { photo: name, reason }, { cause: error });
  });
  const found = (await faces.find(photo)).filter((face) => face.score01 >= leastScore01);
  if (found.length === 0) throw new CodedError('LIKENESS_NO_FACE', { photo: name });
  if (found.length > 1) throw new CodedError('LIKENESS_SEVERAL_FACES', { photo: name, count: found.length });
  const { landmarksPx, confidence01 } = await faces.measure(photo, found[0]!);
  const yawDeg = yawOf(landmarksPx);
  refuseUnusable(name, photo, landmarksPx, confidence01, yawDeg);
  return {
    file,
    sha256: sha256Of(bytes),
    widthPx: photo.widthPx,
    heightPx: photo.heightPx,
    // A hundredth of a pixel is beyond what the model knows, and keeps the file readable.
    landmarksPx: Array.from(landmarksPx, (value) => Math.round(value * 100) / 100),
    confidence01: Math.round(confidence01 * 1000) / 1000,
    yawDeg: Math.round(yawDeg * 10) / 10,
  };
}

function refuseUnusable(
  name: string,
  photo: DecodedPhoto,
  landmarksPx: Float32Array,
  confidence01: number,
  yawDeg: number,
): void {
  if (!(confidence01 >= leastConfidence01) || !landmarksPx.every(Number.isFinite)) {
    throw new CodedError('LIKENESS_FACE_UNSURE', { photo: name, confidence: confidence01.toFixed(2) });
  }
  if (!(Math.abs(yawDeg) <= mostYawDeg)) {
    throw new CodedError('LIKENESS_FACE_TURNED', {
      photo: name,
      yawDeg: Math.round(Math.abs(yawDeg)),
      mostDeg: mostYawDeg,
    });
  }
  const box = extentOf(landmarksPx);
  if (box.x0 < 0 || box.y0 < 0 || box.x1 > photo.widthPx || box.y1 > photo.heightPx) {
    throw new CodedError('LIKENESS_FACE_CUT', { photo: name });
  }
  const sizePx = Math.round(box.x1 - box.x0);
  if (sizePx < smallestFacePx) {
    throw new CodedError('LIKENESS_FACE_SMALL', { photo: name, sizePx, neededPx: smallestFacePx });
  }
}

function extentOf(points: Float32Array): BoxPx {
  const box: BoxPx = { x0: Infinity, y0: Infinity, x1: -Infinity, y1: -Infinity };
  for (let i = 0; i < points.length; i += 3) {
    box.x0 = Math.min(box.x0, points[i]!);
    box.x1 = Math.max(box.x1, points[i]!);
    box.y0 = Math.min(box.y0, points[i + 1]!);
    box.y1 = Math.max(box.y1, points[i + 1]!);
  }
  return box;
}

/** MediaPipe mesh: 234 and 454 are the cheeks at the ears, on the left and the right of the picture for an unmirrored face. */
const leftCheek = 234;
const rightCheek = 454;

/** Turn about the vertical, from the depth between the two cheeks; positive looks to the right edge of the photo. */
function yawOf(points: Float32Array): number {
  const dx = points[rightCheek * 3]! - points[leftCheek * 3]!;
  const dy = points[rightCheek * 3 + 1]! - points[leftCheek * 3 + 1]!;
  const dz = points[rightCheek * 3 + 2]! - points[leftCheek * 3 + 2]!;
  return (Math.atan2(dz, Math.hypot(dx, dy)) * 180) / Math.PI;
}
