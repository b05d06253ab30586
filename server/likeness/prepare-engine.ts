import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CodedError } from '../errors/coded-error.js';
import { invertAffine } from '../frame/geometry.js';
import { mapLandmarks, roiOfLandmarks } from '../stages/keyframe/analysis/region.js';
import { cropSidePx } from '../stages/keyframe/analysis/picture.js';
import { checkConsent, consentCodes, type ConsentUse } from '../trust/consent.js';
import type { EngineChoice } from './engine-choice.js';
import { weightsOf } from './neural/added-models.js';
import { ofBytes, warp } from './neural/picture.js';
import { contractOf } from './neural/roles.js';
import { writeSourceFile, type SourceFace } from './neural/source-file.js';
import type { EngineSpec } from './neural/spec.js';
import type { LikenessPackage } from './package/package-file.js';
import { decodePhoto } from './package/photo-faces.js';

/** Side of a photo's crop for engines: twice the tracker's. */
const sourceSidePx = 512;

/**
 * An engine's spec for a likeness package: its weights by the names the show gives them, and crops of its photos. Throws
 * MODEL_NOT_ADDED, ENGINE_INCOMPLETE, and a consent code where a DFM, which is itself the likeness, is not named by the record.
 */
export async function prepareEngine(
  likeness: LikenessPackage,
  choice: EngineChoice,
  use: ConsentUse,
  folders: { readonly models: string; readonly cache: string },
): Promise<EngineSpec> {
  const likenessId = likeness.manifest.id;
  const file = (id: string | undefined) => (id === undefined ? null : weightsOf(folders.models, id));
  const model = weightsOf(folders.models, choice.model);
  const what = contractOf(model.role).what;
  if (what !== (choice.engine === 'dfm' ? 'dfm' : 'swapper'))
    throw new CodedError('ENGINE_INCOMPLETE', {
      likeness: likenessId,
      reason: `"${model.id}" is no ${choice.engine} model`,
    });
  if (choice.engine === 'dfm') refuseUnnamed(likeness, model.sha256, use);
  const wantsPhotos = choice.engine === 'swap' && choice.embedding === undefined;
  return {
    likenessId,
    kind: choice.engine,
    model,
    recogniser: file(choice.recogniser),
    converter: file(choice.converter),
    enhancer: file(choice.enhancer),
    occluders: (choice.occluders ?? []).map((id) => weightsOf(folders.models, id)),
    parser: file(choice.parser),
    sourceFile: wantsPhotos ? await sourceFileOf(likeness, folders.cache) : null,
    embedding: choice.embedding ?? null,
    pixelBoost: choice.pixelBoost ?? 1,
    emapRenorm: choice.emapRenorm ?? true,
    regions: choice.regions ?? [],
    areas: choice.areas ?? [],
    ownMask: choice.ownMask ?? false,
  };
}

/** The record must name the model's own digest beside the photos'. */
function refuseUnnamed({ manifest }: LikenessPackage, sha256: string, use: ConsentUse): void {
  const { state, reason } = checkConsent(manifest.consent, { ...use, likenessDigest: sha256 });
  if (state !== 'valid') throw new CodedError(consentCodes[state], { likeness: manifest.name, reason });
}

async function sourceFileOf({ manifest, photos, digest }: LikenessPackage, cache: string): Promise<string> {
  const path = join(cache, `${digest.slice(0, 24)}-v1.source`);
  if (existsSync(path)) return path;
  const faces: SourceFace[] = [];
  for (const entry of manifest.photos) {
    const { rgb, widthPx, heightPx } = await decodePhoto(photos.get(entry.file)!);
    const landmarks = Float32Array.from(entry.landmarksPx);
    const scale = sourceSidePx / cropSidePx;
    const toCrop = roiOfLandmarks(landmarks).map((value) => value * scale);
    const side = { widthPx: sourceSidePx, heightPx: sourceSidePx };
    const crop = warp(ofBytes(rgb, widthPx, heightPx), invertAffine(toCrop), { ...side, outside: 'edge' });
    faces.push({
      rgb: Uint8Array.from(crop.data, (value) => Math.round(value * 255)),
      sidePx: sourceSidePx,
      landmarks: mapLandmarks(landmarks, toCrop),
    });
  }
  writeFileSync(path, writeSourceFile(faces));
  return path;
}
