import { readFile } from 'node:fs/promises';
import { skinVertexCount } from '../likeness/mesh/skin-mesh.js';
import { type FaceBake, readBake } from '../likeness/mesh/bake.js';
import type { MeshCanvas } from '../likeness/mesh/canvas.js';
import { MeshLikeness } from '../likeness/mesh/engine.js';
import type { LikenessEngine } from '../likeness/port.js';
import type { CastPerformer } from '../stages/track/contract.js';
import type { ConsentScope } from '../likeness/prepare.js';
import { runPrepare } from '../likeness/run-prepare.js';
import type { LaneLikeness, LanePerformer } from './lane-options.js';

interface Loaded {
  readonly engine: LikenessEngine;
  readonly likeness: LaneLikeness;
}

/** Likenesses and performers of one lane: loaded beside the running ones, switched between frames. */
export class LikenessShelf {
  readonly cast: CastPerformer[] = [];
  readonly #likenesses = new Map<string, LaneLikeness>();
  readonly #bakes = new Map<string, FaceBake>();
  readonly #references = new Map<string, FaceBake>();
  readonly #engines = new Map<string, Loaded>();
  /** Every engine made so far, by performer and likeness. */
  readonly #made = new Map<string, Loaded>();
  readonly #assigned = new Map<string, string | null>();

  constructor(
    private readonly canvas: MeshCanvas,
    /** Where bakes are kept between shows. */
    private readonly cacheFolder: string,
    private readonly scope: ConsentScope,
    private readonly onFault: (what: string, reason: string) => void,
  ) {}

  async load(performers: readonly LanePerformer[], likenesses: readonly LaneLikeness[]): Promise<void> {
    for (const likeness of likenesses) await this.addLikeness(likeness);
    for (const performer of performers) await this.#addPerformer(performer);
  }

  async addLikeness(likeness: LaneLikeness): Promise<boolean> {
    try {
      const bake = readBake(await readFile(likeness.bakeFile), skinVertexCount);
      if (!bake) throw new Error('not a whole bake file');
      this.#bakes.set(likeness.id, bake);
      for (const key of this.#made.keys()) if (key.endsWith(` ${likeness.id}`)) this.#made.delete(key);
      this.#likenesses.set(likeness.id, likeness);
      return true;
    } catch (error) {
      this.onFault(likeness.id, (error as Error).message);
      return false;
    }
  }
  has(likenessId: string): boolean {
    return this.#bakes.has(likenessId);
  }
  /** A package that control has checked; its bake is made, or found in the cache, by a process of its own. */
  async addPackage(likenessId: string, packagePath: string): Promise<boolean> {
    try {
      const { likenesses, faults } = await runPrepare({
        cacheFolder: this.cacheFolder,
        packages: [packagePath],
        use: this.scope,
        performers: [],
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
    try {
      const bytes = await readFile(performer.identityFile);
      const identity = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
      const bake = readBake(await readFile(performer.bakeFile), skinVertexCount);
      if (bake) this.#references.set(performer.performerId, bake);
      this.cast.push({ performerId: performer.performerId, identity });
      this.assign(performer.performerId, performer.likenessId);
    } catch (error) {
      this.onFault(performer.performerId, (error as Error).message);
    }
  }

  /** Binds a likeness to a performer; takes effect with the next frame. Null: no likeness (the face is concealed). */
  assign(performerId: string, likenessId: string | null): void {
    this.#assigned.set(performerId, likenessId);
    const bake = likenessId === null ? undefined : this.#bakes.get(likenessId);
    const likeness = likenessId === null ? undefined : this.#likenesses.get(likenessId);
    if (!bake || !likeness) {
      this.#engines.delete(performerId);
      return;
    }
    if (this.#engines.get(performerId)?.likeness.id === likeness.id) return;
    // Kept: a cue list goes back and forth between the same few, and the memory of the kernels is never given back.
    const key = `${performerId} ${likeness.id}`;
    const made = this.#made.get(key) ?? {
      engine: new MeshLikeness(this.canvas, bake, this.#references.get(performerId) ?? null),
      likeness,
    };
    this.#made.set(key, made);
    this.#engines.set(performerId, made);
  }

  engineOf(performerId: string | null): LikenessEngine | null {
    return performerId === null ? null : (this.#engines.get(performerId)?.engine ?? null);
  }
  likenessOf(performerId: string | null): LaneLikeness | null {
    return performerId === null ? null : (this.#engines.get(performerId)?.likeness ?? null);
  }
  /** The first likeness on the shelf that is bound to anyone: what the lane shows in its status. */
  shown(): LaneLikeness | null {
    for (const { likeness } of this.#engines.values()) return likeness;
    return null;
  }
}
