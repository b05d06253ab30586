import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { CarriedPatches } from '../frame/carried-patch.js';
import type { KernelMemory } from '../kernels/memory.js';
import type { PatchKernel } from '../kernels/patch.js';
import type { EngineChoices } from '../likeness/engine-choice.js';
import { type FaceBake, readBake } from '../likeness/mesh/bake.js';
import type { MeshCanvas } from '../likeness/mesh/canvas.js';
import { MeshLikeness } from '../likeness/mesh/engine.js';
import { skinVertexCount } from '../likeness/mesh/skin-mesh.js';
import { type EngineSpec, weightsIn } from '../likeness/neural/spec.js';
import { PatchCanvas } from '../likeness/patch/patch-canvas.js';
import { PatchLikeness } from '../likeness/patch/patch-likeness.js';
import { type EngineChoice, PerformerEngine, type PerformerLikeness } from '../likeness/patch/performer-engine.js';
import type { ConsentScope } from '../likeness/prepared.js';
import { runPrepare } from '../likeness/run-prepare.js';
import type { DrawnBy } from '../protocol/messages.js';
import type { LikenessEngine } from '../likeness/port.js';
import type { CastPerformer } from '../stages/track/contract.js';
import type { LaneLikeness, LanePerformer } from './lane-options.js';

interface Bound {
  readonly engine: PerformerEngine;
  likeness: LaneLikeness;
  /** The engine that was shown before the last switch stays loaded: going back is as quick. */
  before: string | null;
}

/** An engine's name between lane and inference: another spec of the same likeness is another engine. */
const keyOf = ({ id, neural }: LaneLikeness): string | null =>
  neural ? `${id} ${createHash('sha256').update(JSON.stringify(neural)).digest('hex').slice(0, 8)}` : null;

/** What the shelf needs to draw with. */
export interface ShelfParts {
  readonly memory: KernelMemory;
  readonly canvas: MeshCanvas;
  readonly patches: PatchKernel;
  readonly patchesOf: (faceId: number) => CarriedPatches;
  /** Has inference load and warm an engine beside what runs, or let go of one. */
  readonly wantEngine: (key: string, spec: EngineSpec) => void;
  readonly dropEngine: (key: string) => void;
}
export interface ShelfUse {
  /** Where bakes are kept between shows. */
  readonly cacheFolder: string;
  readonly scope: ConsentScope;
  readonly engines: EngineChoices | null;
}

/** Likenesses and performers of one lane: loaded beside the running ones, switched between frames. */
export class LikenessShelf {
  readonly cast: CastPerformer[] = [];
  readonly #likenesses = new Map<string, LaneLikeness>();
  readonly #bakes = new Map<string, FaceBake>();
  readonly #references = new Map<string, FaceBake>();
  readonly #bound = new Map<string, Bound>();
  /** What each performer was read from. */
  readonly #files = new Map<string, string>();
  /** Every engine made so far, by performer and likeness. */
  readonly #made = new Map<string, PerformerLikeness>();
  /** The same engines' meshes: a likeness that only gets another network keeps its own, and the kernels' memory. */
  readonly #meshes = new Map<string, LikenessEngine>();
  readonly #likenessOf = new WeakMap<PerformerLikeness, LaneLikeness>();
  readonly #wanted = new Set<string>();
  readonly #patchCanvas: PatchCanvas;
  readonly #fadeCanvas: PatchCanvas;
  /** Read with every picture; the lane sets it from its parameters. */
  choice: () => EngineChoice = () => ({ engine: 'show', switchFrames: 0, maxAgeFrames: 50 });

  constructor(
    private readonly parts: ShelfParts,
    readonly use: ShelfUse,
    private readonly onFault: (what: string, reason: string) => void,
  ) {
    this.#patchCanvas = new PatchCanvas(parts.memory);
    this.#fadeCanvas = new PatchCanvas(parts.memory);
  }

  async load(performers: readonly LanePerformer[], likenesses: readonly LaneLikeness[]): Promise<void> {
    for (const likeness of likenesses) await this.addLikeness(likeness);
    for (const performer of performers) await this.#addPerformer(performer);
  }

  async addLikeness(likeness: LaneLikeness): Promise<boolean> {
    try {
      if (this.#likenesses.get(likeness.id)?.bakeFile !== likeness.bakeFile) {
        const bake = readBake(await readFile(likeness.bakeFile), skinVertexCount);
        if (!bake) throw new Error('not a whole bake file');
        this.#bakes.set(likeness.id, bake);
        for (const key of this.#meshes.keys()) if (key.endsWith(` ${likeness.id}`)) this.#meshes.delete(key);
      }
      this.#likenesses.set(likeness.id, likeness);
      for (const key of this.#made.keys()) if (key.endsWith(` ${likeness.id}`)) this.#made.delete(key);
      return true;
    } catch (error) {
      this.onFault(likeness.id, (error as Error).message);
      return false;
    }
  }
  /** The same likeness made anew, or with another engine: who bears it changes over to it as to another one. Nothing where it is the same. */
  async renewLikeness(likeness: LaneLikeness): Promise<void> {
    if (JSON.stringify(likeness) === JSON.stringify(this.#likenesses.get(likeness.id))) return;
    if (!(await this.addLikeness(likeness))) return;
    for (const [performerId, bound] of this.#bound)
      if (bound.likeness.id === likeness.id) this.assign(performerId, likeness.id);
  }
  has(likenessId: string): boolean {
    return this.#bakes.has(likenessId);
  }
  /** A package that control has checked; its bake is made, or found in the cache, by a process of its own. */
  async addPackage(likenessId: string, packagePath: string): Promise<boolean> {
    const { cacheFolder, scope, engines } = this.use;
    try {
      const { likenesses, faults } = await runPrepare({
        cacheFolder,
        packages: [packagePath],
        use: scope,
        performers: [],
        ...(engines === null ? {} : { engines }),
      });
      const made = likenesses.find(({ id }) => id === likenessId);
      if (made) return await this.addLikeness(made);
      this.onFault(likenessId, faults[0]?.message ?? 'the package holds another likeness');
    } catch (error) {
      this.onFault(likenessId, (error as Error).message);
    }
    return false;
  }

  async #addPerformer(performer: LanePerformer): Promise<void> {
    const files = `${performer.identityFile} ${performer.bakeFile}`;
    // Told again, as after every start of the control process.
    if (this.#files.get(performer.performerId) === files) return;
    try {
      const bytes = await readFile(performer.identityFile);
      const identity = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
      const bake = readBake(await readFile(performer.bakeFile), skinVertexCount);
      const { performerId } = performer;
      this.#files.set(performerId, files);
      if (bake) this.#references.set(performerId, bake);
      const at = this.cast.findIndex((one) => one.performerId === performerId);
      if (at < 0) this.cast.push({ performerId, identity });
      else {
        // The old face is drawn until this moment, and what was made for it no more from here on.
        this.cast[at] = { performerId, identity };
        this.#forgetMade(performerId);
      }
      this.assign(performer.performerId, performer.likenessId);
    } catch (error) {
      this.onFault(performer.performerId, (error as Error).message);
    }
  }

  /** The cast list: whoever else is here is nobody from the next picture on. */
  keepOnly(performerIds: ReadonlySet<string>): void {
    for (const { performerId } of [...this.cast]) {
      if (performerIds.has(performerId)) continue;
      this.cast.splice(
        this.cast.findIndex((one) => one.performerId === performerId),
        1,
      );
      this.#forgetMade(performerId);
      this.#references.delete(performerId);
      this.#files.delete(performerId);
    }
    this.#tidy();
  }
  #forgetMade(performerId: string): void {
    for (const map of [this.#made, this.#meshes])
      for (const key of [...map.keys()]) if (key.startsWith(`${performerId} `)) map.delete(key);
    this.#bound.delete(performerId);
  }

  /** A performer as enrolled just now: the new identity and face replace what was known. */
  async enrol({ performerId, identityFile, bakeFile }: Omit<LanePerformer, 'likenessId'>): Promise<void> {
    const likenessId = this.likenessOf(performerId)?.id ?? null;
    await this.#addPerformer({ performerId, identityFile, bakeFile, likenessId });
  }

  /**
   * Binds a likeness to a performer; takes effect with the next frame, by a cross-fade where another was shown. Null: no likeness,
   * at once (the face is concealed).
   */
  assign(performerId: string, likenessId: string | null): void {
    const bake = likenessId === null ? undefined : this.#bakes.get(likenessId);
    const likeness = likenessId === null ? undefined : this.#likenesses.get(likenessId);
    if (!bake || !likeness) {
      this.#bound.delete(performerId);
      return this.#tidy();
    }
    const bound = this.#bound.get(performerId);
    if (bound?.likeness === likeness) return;
    const drawn = this.#drawnBy(likeness, bake, performerId);
    if (bound) {
      bound.before = keyOf(bound.likeness);
      bound.likeness = likeness;
      bound.engine.use(drawn);
    } else {
      const { patches } = this.parts;
      const engine = new PerformerEngine(patches, this.#fadeCanvas, () => this.choice(), drawn);
      this.#bound.set(performerId, { engine, likeness, before: null });
    }
    this.#tidy();
  }

  #drawnBy(likeness: LaneLikeness, bake: FaceBake, performerId: string): PerformerLikeness {
    const { canvas, patches, patchesOf, memory } = this.parts;
    const key = keyOf(likeness);
    if (key !== null && likeness.neural) {
      this.#wanted.add(key);
      this.parts.wantEngine(key, likeness.neural);
    }
    // Kept: a cue list goes back and forth between the same few, and the memory of the kernels is never given back.
    const name = `${performerId} ${likeness.id}`;
    const made = this.#made.get(name) ?? {
      mesh: this.#meshes.get(name) ?? new MeshLikeness(canvas, bake, this.#references.get(performerId) ?? null),
      neural: key === null ? null : new PatchLikeness(patches, this.#patchCanvas, patchesOf, key, memory),
    };
    this.#made.set(name, made);
    this.#meshes.set(name, made.mesh);
    this.#likenessOf.set(made, likeness);
    return made;
  }

  /** Lets go of engines that nobody is shown by, or was until just now. */
  #tidy(): void {
    const used = new Set([...this.#bound.values()].flatMap(({ likeness, before }) => [keyOf(likeness), before]));
    for (const key of this.#wanted) {
      if (used.has(key)) continue;
      this.#wanted.delete(key);
      this.parts.dropEngine(key);
    }
  }

  /** Engines that inference was asked to have ready. */
  get wanted(): readonly string[] {
    return [...this.#wanted];
  }
  engineOf(performerId: string | null): PerformerEngine | null {
    return performerId === null ? null : (this.#bound.get(performerId)?.engine ?? null);
  }
  likenessOf(performerId: string | null): LaneLikeness | null {
    return performerId === null ? null : (this.#bound.get(performerId)?.likeness ?? null);
  }
  /** Whose face the performer bore in the last picture that was drawn, and what drew it. */
  drawnOn(performerId: string): DrawnBy | null {
    const engine = this.engineOf(performerId);
    const likeness = engine ? this.#likenessOf.get(engine.drawn) : undefined;
    if (!likeness || !engine?.drawnBy) return null;
    const { id: likenessId, digest, neural } = likeness;
    if (engine.drawnBy === 'mesh' || !neural) return { likenessId, digest, kind: 'mesh', models: [] };
    const models = weightsIn(neural).map(({ id, role, licence, sha256 }) => ({ id, role, licence, sha256 }));
    return { likenessId, digest, kind: neural.kind, models };
  }
  /** The first likeness on the shelf that is bound to anyone: what the lane shows in its status. */
  shown(): LaneLikeness | null {
    for (const { likeness } of this.#bound.values()) return likeness;
    return null;
  }
}
