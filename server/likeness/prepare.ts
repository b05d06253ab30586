import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { basename, join } from 'node:path';
import { KernelMemory } from '../kernels/memory.js';
import { loadRasterKernel } from '../kernels/raster.js';
import { createSession } from '../onnx/ort.js';
import { FaceDetector } from '../stages/keyframe/analysis/face-detector.js';
import { FaceMesher } from '../stages/keyframe/analysis/face-mesher.js';
import { IdentityEmbedder } from '../stages/keyframe/analysis/identity-embedder.js';
import { Matte } from '../stages/keyframe/analysis/matte.js';
import { cropFace, mapLandmarks, roiOfLandmarks } from '../stages/keyframe/analysis/region.js';
import type { LikenessPhoto } from './package/manifest.js';
import { skinMeshOf } from './mesh/skin-mesh.js';
import { bakeFace, type FaceBake, type Photo, writeBake } from './mesh/bake.js';
import { loadCanonicalFace } from './mesh/canonical.js';
import { buildLikeness, type DecodedPhoto } from './package/build.js';
import { readLikeness } from './package/package-file.js';
import { decodePhoto, photoFaces } from './package/photo-faces.js';
import type { EngineChoices } from './engine-choice.js';
import type { EngineSpec } from './neural/spec.js';
import { keepBestLooks, type LiveLooks } from './package/live-looks.js';
import { prepareEngine } from './prepare-engine.js';
import { checkConsent, consentCodes, type ConsentUse } from '../trust/consent.js';
import { CodedError } from '../errors/coded-error.js';
import { machineClock } from '../time/clock.js';

/**
 * Turns packages and enrolment photos into what a lane loads: bakes and identity embeddings, cached in a folder under the
 * digest of what they were made from. Runs as a process of its own, so that a lane or the supervisor never waits for it:
 * `node prepare.js '<PrepareJob JSON>'` prints one JSON line, PrepareResult.
 */
/** Where and for what a show runs, as consent records name it. */
export type ConsentScope = Pick<ConsentUse, 'production' | 'scene' | 'output' | 'issuers'>;

export type { EngineChoices } from './engine-choice.js';

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
  /** Null: drawn by the mesh engine. */
  readonly neural: EngineSpec | null;
}
export interface PreparedPerformer {
  readonly performerId: string;
  readonly identityFile: string;
  readonly bakeFile: string;
}
export interface PrepareResult {
  readonly likenesses: readonly PreparedLikeness[];
  readonly performers: readonly PreparedPerformer[];
  readonly faults: readonly {
    readonly what: string;
    readonly code: string;
    readonly message: string;
    readonly advice: string;
  }[];
}

/** Part of every cache name: a change of the bake's making makes new bakes. */
const bakeVersion = 'v10';

class Preparer {
  readonly #memory = new KernelMemory(512);
  readonly #raster = loadRasterKernel(this.#memory);
  readonly #canonical = loadCanonicalFace();
  readonly #mesh = skinMeshOf(this.#canonical);
  constructor(private readonly cacheFolder: string) {
    mkdirSync(cacheFolder, { recursive: true });
  }

  async likeness(packagePath: string, use: ConsentScope): Promise<PreparedLikeness> {
    const { manifest, photos, digest } = readLikeness(packagePath);
    const verdict = checkConsent(manifest.consent, {
      ...use,
      nowIso: machineClock.wallClockIso(),
      likenessDigest: digest,
    });
    if (verdict.state !== 'valid')
      throw new CodedError(consentCodes[verdict.state], { likeness: manifest.name, reason: verdict.reason });
    const consent = manifest.consent as { id?: unknown } | null;
    const consentId = typeof consent?.id === 'string' ? consent.id : '';
    const bakeFile = join(this.cacheFolder, `${digest.slice(0, 24)}-${bakeVersion}.bake`);
    if (!existsSync(bakeFile)) {
      const taken: Photo[] = [];
      for (const entry of straightFirst(manifest.photos))
        taken.push(await withPerson(await decodePhoto(photos.get(entry.file)!), Float32Array.from(entry.landmarksPx)));
      this.#write(bakeFile, this.#bake(taken));
    }
    return { id: manifest.id, bakeFile, consentId, neural: null };
  }

  /** The engine that the show names for a likeness; null where it names none. */
  async engine(packagePath: string, use: ConsentScope, engines: EngineChoices | undefined): Promise<EngineSpec | null> {
    const likeness = readLikeness(packagePath);
    const choice = engines?.byLikeness[likeness.manifest.id];
    if (engines === undefined || choice === undefined) return null;
    const folders = { models: engines.folder, cache: this.cacheFolder };
    const consentUse = { ...use, nowIso: machineClock.wallClockIso(), likenessDigest: likeness.digest };
    return prepareEngine(likeness, choice, consentUse, folders);
  }

  /** Keeps the best of a lane's looks as photos: their paths. */
  async choose(performerId: string, looks: LiveLooks): Promise<string[]> {
    const detector = await FaceDetector.create(createSession);
    const mesher = await FaceMesher.create(createSession);
    const embedder = await IdentityEmbedder.create(createSession);
    try {
      return await keepBestLooks(performerId, looks, { detector, mesher, embedder });
    } finally {
      await Promise.all([detector.close(), mesher.close(), embedder.close()]);
    }
  }

  async performer(performerId: string, files: readonly string[]): Promise<PreparedPerformer> {
    const photos = files.map((file) => ({ name: basename(file), bytes: new Uint8Array(readFileSync(file)) }));
    const hash = createHash('sha256');
    for (const { bytes } of photos) hash.update(bytes);
    const stem = join(this.cacheFolder, `${hash.digest('hex').slice(0, 24)}-${bakeVersion}`);
    const made = { performerId, identityFile: `${stem}.identity`, bakeFile: `${stem}.bake` };
    if (existsSync(made.identityFile) && existsSync(made.bakeFile)) return made;
    await this.#enrol(performerId, photos, made);
    return made;
  }

  async #enrol(
    performerId: string,
    photos: readonly { name: string; bytes: Uint8Array }[],
    made: PreparedPerformer,
  ): Promise<void> {
    const detector = await FaceDetector.create(createSession);
    const mesher = await FaceMesher.create(createSession);
    const embedder = await IdentityEmbedder.create(createSession);
    try {
      // The rules for a usable photo are those of a likeness.
      const measured = await buildLikeness(
        { id: performerId, name: performerId, photos, consent: null },
        photoFaces(detector, mesher),
        machineClock,
      );
      const mean = new Float32Array(1024);
      const taken: Photo[] = [];
      for (const entry of straightFirst(measured.manifest.photos)) {
        const decoded = await decodePhoto(measured.photos.get(entry.file)!);
        const landmarks = Float32Array.from(entry.landmarksPx);
        const toCrop = roiOfLandmarks(landmarks);
        const crop = cropFace({ data: decoded.rgb, widthPx: decoded.widthPx, heightPx: decoded.heightPx }, toCrop);
        const identity = await embedder.embed(crop, mapLandmarks(landmarks, toCrop));
        const norm = Math.hypot(...identity) || 1;
        for (let i = 0; i < mean.length; i++) mean[i]! += identity[i]! / norm;
        taken.push(await withPerson(decoded, landmarks));
      }
      this.#write(made.bakeFile, this.#bake(taken));
      writeFileSync(made.identityFile, new Uint8Array(mean.buffer));
    } finally {
      await Promise.all([detector.close(), mesher.close(), embedder.close()]);
    }
  }

  #bake(photos: readonly Photo[]): FaceBake {
    return bakeFace(photos, {
      canonical: this.#canonical,
      mesh: this.#mesh,
      memory: this.#memory,
      raster: this.#raster,
    });
  }
  #write(file: string, bake: FaceBake): void {
    writeFileSync(file, writeBake(bake));
  }
}

/** A bake merges a few photos at most: more add little and a minute of set-up. */
const mostPhotos = 5;
/** The photos that look most straight at the camera. */
const straightFirst = (photos: readonly LikenessPhoto[]): LikenessPhoto[] =>
  [...photos].sort((a, b) => Math.abs(a.yawDeg) - Math.abs(b.yawDeg)).slice(0, mostPhotos);

/** Cuts the person out of the photo with the matte model, looked up from the face-aligned crop that it works on. */
async function withPerson(photo: DecodedPhoto, landmarks: Float32Array): Promise<Photo> {
  const { rgb, widthPx, heightPx } = photo;
  const matte = await Matte.create(createSession);
  try {
    const toCrop = roiOfLandmarks(landmarks);
    const alpha = await matte.alpha(cropFace({ data: rgb, widthPx, heightPx }, toCrop));
    const person = new Uint8Array(widthPx * heightPx);
    const [a, b, tx, c, d, ty] = toCrop as unknown as [number, number, number, number, number, number];
    for (let y = 0; y < heightPx; y++) {
      for (let x = 0; x < widthPx; x++) {
        const u = Math.floor(a * (x + 0.5) + b * (y + 0.5) + tx),
          v = Math.floor(c * (x + 0.5) + d * (y + 0.5) + ty);
        const inside = u >= 0 && v >= 0 && u < 256 && v < 256;
        // The matte's own soft border is half background: only its sure side is kept, still with a soft edge.
        person[y * widthPx + x] = inside ? Math.max(0, Math.min(255, (alpha[v * 256 + u]! - 160) * 3)) : 0;
      }
    }
    return { rgb, widthPx, heightPx, landmarks, person };
  } finally {
    await matte.close();
  }
}

export async function prepare(job: PrepareJob): Promise<PrepareResult> {
  const preparer = new Preparer(job.cacheFolder);
  const likenesses: PreparedLikeness[] = [];
  const performers: PreparedPerformer[] = [];
  const faults: { what: string; code: string; message: string; advice: string }[] = [];
  const attempt = async (what: string, work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      const {
        code = 'LIKENESS_NOT_LOADED',
        message,
        advice = '',
      } = error as Error & { code?: string; advice?: string };
      faults.push({ what, code, message, advice });
    }
  };
  for (const path of job.packages)
    await attempt(basename(path), async () => {
      const made = await preparer.likeness(path, job.use);
      likenesses.push(made);
      // Without its engine a likeness is drawn by the mesh, and the fault is told.
      const neural = await preparer.engine(path, job.use, job.engines);
      likenesses[likenesses.length - 1] = { ...made, neural };
    });
  for (const { performerId, photos, looks } of job.performers) {
    await attempt(performerId, async () => {
      const files = looks ? await preparer.choose(performerId, looks) : photos;
      performers.push(await preparer.performer(performerId, files));
    });
  }
  return { likenesses, performers, faults };
}

if (process.argv[1]?.endsWith('prepare.js') && process.argv[2]) {
  const result = await prepare(JSON.parse(process.argv[2]) as PrepareJob);
  process.stdout.write(JSON.stringify(result) + '\n');
  process.exit(0);
}
