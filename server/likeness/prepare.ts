import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { KernelMemory } from '../kernels/memory.js';
import { loadRasterKernel } from '../kernels/raster.js';
import type { PerformerFiles, PrepareFault } from '../protocol/prepared.js';
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
import { decodePhoto, photoFaces } from './package/photo-faces.js';
import type { EngineSpec } from './neural/spec.js';
import { keepBestLooks, type LiveLooks } from './package/live-looks.js';
import { prepareEngine } from './prepare-engine.js';
import {
  admitLikeness,
  type EnrolmentPhoto,
  faultOf,
  type PreparedLikeness,
  type PrepareJob,
  type PrepareResult,
  readPerformer,
} from './prepared.js';
import { machineClock } from '../time/clock.js';

/**
 * Turns packages and enrolment photos into what a lane loads: bakes and identity embeddings, cached in a folder under the
 * digest of what they were made from. Runs as a process of its own, so that a lane or the supervisor never waits for it:
 * `node prepare.js '<PrepareJob JSON>'` prints one JSON line, PrepareResult.
 */
class Preparer {
  readonly #memory = new KernelMemory(512);
  readonly #raster = loadRasterKernel(this.#memory);
  readonly #canonical = loadCanonicalFace();
  readonly #mesh = skinMeshOf(this.#canonical);
  constructor(private readonly job: PrepareJob) {
    mkdirSync(job.cacheFolder, { recursive: true });
  }

  /** `admitted` is called once the likeness can be drawn by the mesh: without its engine it is, and the fault is told. */
  async likeness(packagePath: string, admitted: (likeness: PreparedLikeness) => void): Promise<EngineSpec | null> {
    const { job } = this;
    const { likeness, consentUse, made } = admitLikeness(packagePath, job);
    if (!existsSync(made.bakeFile)) {
      const taken: Photo[] = [];
      for (const entry of straightFirst(likeness.manifest.photos)) {
        const photo = await decodePhoto(likeness.photos.get(entry.file)!);
        taken.push(await withPerson(photo, Float32Array.from(entry.landmarksPx)));
      }
      this.#write(made.bakeFile, this.#bake(taken));
    }
    admitted(made);
    const choice = job.engines?.byLikeness[made.id];
    if (job.engines === undefined || choice === undefined) return null;
    return prepareEngine(likeness, choice, consentUse, { models: job.engines.folder, cache: job.cacheFolder });
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

  async performer(performerId: string, files: readonly string[]): Promise<PerformerFiles> {
    const { photos, made } = readPerformer(performerId, files, this.job.cacheFolder);
    if (existsSync(made.identityFile) && existsSync(made.bakeFile)) return made;
    await this.#enrol(performerId, photos, made);
    return made;
  }

  async #enrol(performerId: string, photos: readonly EnrolmentPhoto[], made: PerformerFiles): Promise<void> {
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
  const preparer = new Preparer(job);
  const likenesses: PreparedLikeness[] = [];
  const performers: PerformerFiles[] = [];
  const faults: PrepareFault[] = [];
  const attempt = (what: string, work: () => Promise<void>): Promise<void> =>
    work().catch((error: unknown) => void faults.push(faultOf(what, error)));
  for (const path of job.packages) {
    await attempt(basename(path), async () => {
      const at = likenesses.length;
      const neural = await preparer.likeness(path, (made) => likenesses.push(made));
      likenesses[at] = { ...likenesses[at]!, neural };
    });
  }
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
