import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { CodedError } from '../errors/coded-error.js';
import type { EngineChoice, EngineChoices } from '../likeness/engine-choice.js';
import { readAdded } from '../likeness/neural/added-models.js';
import { readLikeness, type LikenessPackage } from '../likeness/package/package-file.js';
import type { EngineMark, LikenessSummary } from '../protocol/messages.js';
import { refusal, type Refusal } from '../surfaces/dispatch/dispatch.js';
import { checkConsent, consentCodes, type ConsentUse, type ConsentVerdict } from '../trust/consent.js';

const meshMark: EngineMark = { kind: 'mesh', models: [] };
/** In the order of server/likeness/neural/spec.ts. */
const modelsOf = ({ model, recogniser, converter, enhancer, occluders, parser }: EngineChoice): string[] =>
  [model, recogniser, converter, enhancer, ...(occluders ?? []), parser].filter((id) => id !== undefined);

interface Shelved {
  readonly path: string;
  readonly likeness: Omit<LikenessPackage, 'photos'>;
}
/** What a show draws a likeness with, by the weights that this machine has; and what is in the way. */
interface NamedEngine {
  readonly mark: EngineMark;
  readonly fault: string | null;
}
export type ShelfUse = Omit<ConsentUse, 'nowIso' | 'likenessDigest'>;

/**
 * The likeness packages of a show and what consent says of each, now. Packages are read anew from the disk by `scan` and
 * before each load, so that a record that was revoked on disk a minute ago counts.
 */
export class LikenessShelf {
  readonly #shelved = new Map<string, Shelved>();
  /** Packages in the folders and when they were last written, as the last scan found them. */
  #listed = '';
  /** Packages that could not be read, with their reason. */
  faults: readonly { readonly path: string; readonly error: CodedError }[] = [];

  constructor(
    private readonly folders: readonly string[],
    private readonly use: ShelfUse,
    private readonly nowIso: () => string,
    private readonly engines: EngineChoices | null = null,
  ) {
    this.scan();
  }

  /** Scans again where a package came, went or was written anew since. Cheap: no package is read otherwise. */
  refresh(): boolean {
    if (this.#listed === listing(this.folders.flatMap(packagesIn))) return false;
    this.scan();
    return true;
  }

  scan(): void {
    this.#shelved.clear();
    const faults: { path: string; error: CodedError }[] = [];
    const paths = this.folders.flatMap(packagesIn);
    this.#listed = listing(paths);
    for (const path of paths) {
      try {
        const { manifest, digest } = readLikeness(path);
        // The first of two packages with one id wins; folders are given in order of precedence.
        if (!this.#shelved.has(manifest.id)) this.#shelved.set(manifest.id, { path, likeness: { manifest, digest } });
      } catch (error) {
        if (!(error instanceof CodedError)) throw error;
        faults.push({ path, error });
      }
    }
    this.faults = faults;
  }

  summaries(): readonly LikenessSummary[] {
    return [...this.#shelved.values()].map(({ likeness }) => {
      const { state, reason, synthetic } = this.#verdict(likeness);
      return {
        id: likeness.manifest.id,
        name: likeness.manifest.name,
        synthetic,
        consent: state,
        consentReason: reason,
        digest: likeness.digest,
        ...this.#engineSummary(likeness),
      };
    });
  }
  verdict(likenessId: string): ConsentVerdict | null {
    const shelved = this.#shelved.get(likenessId);
    return shelved === undefined ? null : this.#verdict(shelved.likeness);
  }

  /** Reads the package again and checks it: its path, or the refusal that says which consent fault it is. `address` names the refused. */
  load(
    likenessId: string,
    address: string,
  ): { readonly ok: true; readonly path: string; readonly digest: string; readonly engine: EngineMark } | Refusal {
    const shelved = this.#shelved.get(likenessId);
    if (shelved === undefined) return refusal(address, 'LIKENESS_UNKNOWN', { likeness: likenessId });
    let likeness: LikenessPackage;
    try {
      likeness = readLikeness(shelved.path);
    } catch (error) {
      if (error instanceof CodedError) return refusal(address, error.code, error.context);
      throw error;
    }
    this.#shelved.set(likenessId, {
      path: shelved.path,
      likeness: { manifest: likeness.manifest, digest: likeness.digest },
    });
    const { state, reason } = this.#verdict(likeness);
    if (state !== 'valid') return refusal(address, consentCodes[state], { likeness: likeness.manifest.name, reason });
    return { ok: true, path: shelved.path, digest: likeness.digest, engine: this.#engine(likeness).mark };
  }

  #engineSummary(likeness: Omit<LikenessPackage, 'photos'>): Pick<LikenessSummary, 'engine' | 'engineFault'> {
    const { mark, fault } = this.#engine(likeness);
    return { engine: mark, engineFault: fault };
  }
  #engine({ manifest }: Omit<LikenessPackage, 'photos'>): NamedEngine {
    const choice = this.engines?.byLikeness[manifest.id];
    if (this.engines === null || choice === undefined) return { mark: meshMark, fault: null };
    try {
      const { folder } = this.engines;
      const models = modelsOf(choice).map((id) => readAdded(folder, id));
      const own = models[0]!;
      const { state } = this.#verdict({ manifest, digest: own.sha256 });
      // A DFM is itself a likeness: the record must name it beside the photos.
      if (choice.engine === 'dfm' && state !== 'valid')
        return { mark: meshMark, fault: `The consent record does not name the model "${own.id}" (${own.sha256}).` };
      const marks = models.map(({ id, role, licence, sha256 }) => ({ id, role, licence, sha256 }));
      return { mark: { kind: choice.engine, models: marks }, fault: null };
    } catch (error) {
      if (error instanceof CodedError) return { mark: meshMark, fault: error.message };
      throw error;
    }
  }

  #verdict({ manifest, digest }: Omit<LikenessPackage, 'photos'>): ConsentVerdict {
    return checkConsent(manifest.consent, { ...this.use, nowIso: this.nowIso(), likenessDigest: digest });
  }
}

/** A folder's own time does not change where a file in it is written over: its manifest's does. */
const listing = (paths: readonly string[]): string =>
  paths
    .map((path) => {
      const manifest = join(path, 'likeness.json');
      return `${path} ${statSync(existsSync(manifest) ? manifest : path).mtimeMs}`;
    })
    .join('\n');

function packagesIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => !name.startsWith('.') && !name.endsWith('.draft'))
    .sort()
    .map((name) => join(folder, name))
    .filter(
      (path) =>
        path.toLowerCase().endsWith('.zip') ||
        (statSync(path).isDirectory() && existsSync(join(path, 'likeness.json'))),
    );
}
