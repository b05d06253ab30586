import { createHash } from 'node:crypto';
import Type, { type Static } from 'typebox';

/** likeness.json: what a likeness package says about itself. The consent record is checked by server/trust, not here. */
export const likenessSchemaVersion = 1;
export const manifestName = 'likeness.json';
/** Points of the face mesh with iris; three numbers each. */
export const landmarkCount = 478;

const Photo = Type.Object(
  {
    file: Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,79}\\.(jpg|jpeg|png)$' }),
    sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
    widthPx: Type.Integer({ minimum: 1, maximum: 32768 }),
    heightPx: Type.Integer({ minimum: 1, maximum: 32768 }),
    /** x, y, z in pixels of the upright photo (z: same scale, smaller is nearer), 478 points. */
    landmarksPx: Type.Array(Type.Number(), { minItems: landmarkCount * 3, maxItems: landmarkCount * 3 }),
    confidence01: Type.Number({ minimum: 0, maximum: 1 }),
    /** Positive where the face looks to the right edge of the photo. */
    yawDeg: Type.Number({ minimum: -180, maximum: 180 }),
  },
  { additionalProperties: false },
);

export const LikenessManifest = Type.Object(
  {
    schemaVersion: Type.Literal(likenessSchemaVersion),
    id: Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,31}$' }),
    name: Type.String({ minLength: 1, maxLength: 120 }),
    createdIso: Type.String({ minLength: 20, maxLength: 40 }),
    photos: Type.Array(Photo, { minItems: 1, maxItems: 32 }),
    /** A record of server/trust/consent.ts, or null: then the package is built but does not load. */
    consent: Type.Unknown(),
  },
  { additionalProperties: false },
);
export type LikenessManifest = Static<typeof LikenessManifest>;
export type LikenessPhoto = Static<typeof Photo>;

export const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** What a consent record binds: SHA-256 over the photos' raw digests, in ascending order, so that their names do not matter. */
export function likenessDigest(photos: readonly { readonly sha256: string }[]): string {
  const hash = createHash('sha256');
  for (const digest of photos.map((photo) => photo.sha256).sort()) hash.update(Buffer.from(digest, 'hex'));
  return hash.digest('hex');
}
