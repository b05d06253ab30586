import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import type { EngineChoices } from '../likeness/engine-choice.js';
import { addedModelsFolder, listAdded, weightsOf } from '../likeness/neural/added-models.js';
import { type ConsentScope, findPrepared, type PrepareJob, type PrepareResult } from '../likeness/prepared.js';
import { type Precedence, runPrepare } from '../likeness/run-prepare.js';
import type { LaneOptions } from '../pipeline/lane-options.js';
import type { ShowFile } from '../show/schema.js';
import { stateRoot } from './state-folder.js';

/** A path of the show file: relative to it. */
export const showPath = (showFile: string | null, path: string): string =>
  isAbsolute(path) ? path : resolve(showFile === null ? process.cwd() : dirname(showFile), path);

export const likenessFolderOf = (showFile: string | null, show: ShowFile): string | null =>
  show.likenessFolder === undefined ? null : showPath(showFile, show.likenessFolder);

function packagesIn(folder: string | null): string[] {
  if (folder === null || !existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => !name.startsWith('.'))
    .map((name) => join(folder, name))
    .filter(
      (path) => path.endsWith('.zip') || (statSync(path).isDirectory() && existsSync(join(path, 'likeness.json'))),
    );
}

/** What consent records are compared with. */
export const consentScopeOf = (show: ShowFile): ConsentScope => ({
  production: show.production,
  scene: show.scene ?? null,
  output: show.outputUse ?? 'monitor',
  issuers: show.consentIssuers ?? [],
});

/** Engines that the show names, and where this machine keeps added weights. */
export const enginesOf = (show: ShowFile): EngineChoices => ({
  folder: addedModelsFolder(stateRoot()),
  byLikeness: show.engines ?? {},
});

/** The flow network that the show names, or else the first by name; null where it was not added, which the lane tells who wants it. */
export function flowModelOf(show: ShowFile): NonNullable<LaneOptions['flowModel']> | null {
  const folder = addedModelsFolder(stateRoot());
  const found = listAdded(folder).find(({ role, id }) => role === 'raft' && id === (show.flowModel ?? id));
  return found === undefined ? null : weightsOf(folder, found.id);
}

/** Photos that were kept when the performer was enrolled before a camera; they are newer than those of the show file. */
function livePhotosOf(folder: string | null, performerId: string): string[] {
  const own = folder === null ? null : join(folder, performerId);
  if (own === null || !existsSync(own)) return [];
  return readdirSync(own)
    .filter((name) => name.endsWith('.png'))
    .sort()
    .map((name) => join(own, name));
}

interface PrepareOptions {
  /** Photos of performers who were enrolled before a camera; null: there are none. */
  readonly performersFolder?: string | null;
  readonly precedence?: Precedence;
}

/**
 * Bakes and embeddings for a show: found in the cache at once, or else made in a process of its own, since the supervisor never loads a
 * model. With those of performers who were enrolled before a camera and are in no show file.
 */
export function prepareShow(
  showFile: string | null,
  show: ShowFile,
  cacheFolder: string,
  { performersFolder = null, precedence = 'first' }: PrepareOptions = {},
): PrepareResult | Promise<PrepareResult> {
  const live = performersFolder === null || !existsSync(performersFolder) ? [] : readdirSync(performersFolder);
  const inFile = new Map(show.cast.map(({ performerId, enrolment }) => [performerId, enrolment]));
  const job: PrepareJob = {
    cacheFolder,
    packages: packagesIn(likenessFolderOf(showFile, show)),
    use: consentScopeOf(show),
    engines: enginesOf(show),
    performers: [...new Set([...inFile.keys(), ...live])]
      .map((performerId) => {
        const own = livePhotosOf(performersFolder, performerId);
        const named = (inFile.get(performerId) ?? []).map((path) => showPath(showFile, path));
        return { performerId, photos: own.length > 0 ? own : named };
      })
      .filter(({ photos }) => photos.length > 0),
  };
  return findPrepared(job) ?? runPrepare(job, precedence);
}
