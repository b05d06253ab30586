import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { CodedError } from '../errors/coded-error.js';
import type { PerformerFiles, PrepareFault } from '../protocol/prepared.js';
import { machineClock } from '../time/clock.js';
import { checkConsent, consentCodes, type ConsentUse } from '../trust/consent.js';
import type { EngineChoices } from './engine-choice.js';
import type { EngineSpec } from './neural/spec.js';
import type { LiveLooks } from './package/live-looks.js';
import { readLikeness, type LikenessPackage } from './package/package-file.js';

/** Where and for what a show runs, as consent records name it. */
export type ConsentScope = Pick<ConsentUse, 'production' | 'scene' | 'output' | 'issuers'>;

/** One performer's photos; or looks that a lane took, of which the best become photos. */
export interface PerformerJob {
  readonly performerId: string;
  readonly photos: readonly string[];
  readonly looks?: LiveLooks;
}
export interface PrepareJob {
  readonly cacheFolder: string;
  readonly packages: readonly string[];
  /** What the likenesses are to be used for: a package whose consent does not cover it is refused, not prepared. */
  readonly use: ConsentScope;
  readonly performers: readonly PerformerJob[];
  /** Engines other than the mesh, by likeness. */
  readonly engines?: EngineChoices;
}
export interface PreparedLikeness {
  readonly id: string;
  readonly bakeFile: string;
  readonly consentId: string;
  /** SHA-256 of the package's content. */
  readonly digest: string;
  /** Null: drawn by the mesh engine. */
  readonly neural: EngineSpec | null;
}
export interface PrepareResult {
  readonly likenesses: readonly PreparedLikeness[];
  readonly performers: readonly PerformerFiles[];
  readonly faults: readonly PrepareFault[];
}

/** Part of every cache name: a change of the bake's making makes new bakes. */
const bakeVersion = 'v17';

/** A package that may be shown, and the cache files of its bake, which need not be there. Throws what reading a package throws, and the consent codes. */
export function admitLikeness(
  path: string,
  { cacheFolder, use }: PrepareJob,
): { readonly likeness: LikenessPackage; readonly consentUse: ConsentUse; readonly made: PreparedLikeness } {
  const likeness = readLikeness(path);
  const { manifest, digest } = likeness;
  const consentUse = { ...use, nowIso: machineClock.wallClockIso(), likenessDigest: digest };
  const verdict = checkConsent(manifest.consent, consentUse);
  if (verdict.state !== 'valid')
    throw new CodedError(consentCodes[verdict.state], { likeness: manifest.name, reason: verdict.reason });
  const { id } = (manifest.consent ?? {}) as { id?: unknown };
  const bakeFile = join(cacheFolder, `${digest.slice(0, 24)}-${bakeVersion}.bake`);
  const consentId = typeof id === 'string' ? id : '';
  return { likeness, consentUse, made: { id: manifest.id, bakeFile, consentId, digest, neural: null } };
}

export interface EnrolmentPhoto {
  readonly name: string;
  readonly bytes: Uint8Array;
}
/** A performer's photos, and the cache files of what is made from them, which need not be there. */
export function readPerformer(
  performerId: string,
  files: readonly string[],
  cacheFolder: string,
): { readonly photos: readonly EnrolmentPhoto[]; readonly made: PerformerFiles } {
  const photos = files.map((file) => ({ name: basename(file), bytes: new Uint8Array(readFileSync(file)) }));
  const hash = createHash('sha256');
  for (const { bytes } of photos) hash.update(bytes);
  const stem = join(cacheFolder, `${hash.digest('hex').slice(0, 24)}-${bakeVersion}`);
  return { photos, made: { performerId, identityFile: `${stem}.identity`, bakeFile: `${stem}.bake` } };
}

export const faultOf = (what: string, error: unknown): PrepareFault => {
  const { code = 'LIKENESS_NOT_LOADED', message, advice = '' } = error as Error & { code?: string; advice?: string };
  return { what, code, message, advice };
};

/**
 * What a job would give where all of it is in the cache; null where anything has still to be made. Photos, digests and consent are checked as
 * ever; no model is loaded and no process started, which saves a second of the start.
 */
export function findPrepared(job: PrepareJob): PrepareResult | null {
  const likenesses: PreparedLikeness[] = [];
  const performers: PerformerFiles[] = [];
  const faults: PrepareFault[] = [];
  for (const path of job.packages) {
    try {
      const { made } = admitLikeness(path, job);
      // A network of the production's own is looked up, and cuts its source crops, in the process.
      if (!existsSync(made.bakeFile) || job.engines?.byLikeness[made.id] !== undefined) return null;
      likenesses.push(made);
    } catch (error) {
      faults.push(faultOf(basename(path), error));
    }
  }
  for (const { performerId, photos, looks } of job.performers) {
    if (looks !== undefined) return null;
    try {
      const { made } = readPerformer(performerId, photos, job.cacheFolder);
      if (!existsSync(made.bakeFile) || !existsSync(made.identityFile)) return null;
      performers.push(made);
    } catch (error) {
      faults.push(faultOf(performerId, error));
    }
  }
  return { likenesses, performers, faults };
}
