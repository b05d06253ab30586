import type { ControlToLane } from '../protocol/lane-link.js';
import type { Lane } from './lane.js';
import type { LaneLikeness, LanePerformer } from './lane-options.js';

interface Carried {
  readonly likenessId: string | null;
  readonly packagePath: string | null;
}

/** Who is in the cast and who carries what, as control tells it: loaded beside what runs, switched between two pictures. */
export class LaneCasting {
  /** What the cast list says, for when likeness.id rules no more. */
  readonly #carried: Map<string, Carried>;
  readonly #packagePaths = new Map<string, string>();
  readonly #asked = new Map<string, string | null>();
  /** null: control has not said yet; the start's performers stand. */
  #cast: ReadonlySet<string> | null = null;
  #followed = '';

  constructor(
    private readonly lane: Pick<Lane, 'loaded' | 'parts'>,
    performers: readonly LanePerformer[],
    /** likeness.id of this lane, '' where the cast list decides. */
    private readonly ruling: () => string,
  ) {
    this.#carried = new Map(
      performers.map(({ performerId, likenessId }) => [performerId, { likenessId, packagePath: null }]),
    );
  }

  take(message: ControlToLane): void {
    switch (message.type) {
      case 'performer':
        void this.#add(message);
        return;
      case 'cast':
        this.#cast = new Set(message.performerIds);
        void this.#keepCast();
        return;
      case 'likeness':
        void this.lane.loaded.then(() => this.lane.parts.shelf.renewLikeness(message.likeness as LaneLikeness));
        return;
      case 'likeness-path':
        this.#packagePaths.set(message.likenessId, message.packagePath);
        return;
      case 'assign':
        this.#carried.set(message.performerId, message);
        this.follow();
        return;
      default:
    }
  }
  /** The parameter may have changed. */
  followRuling(): void {
    if (this.ruling() === this.#followed) return;
    this.#followed = this.ruling();
    this.follow();
  }
  /** likeness.id of this lane rules over the cast list for everyone the lane may show. */
  follow(): void {
    void this.lane.loaded.then(() => {
      const ruling = this.ruling();
      for (const { performerId } of this.lane.parts.shelf.cast) {
        const carried = this.#carried.get(performerId);
        if (ruling !== '')
          void this.#use(performerId, { likenessId: ruling, packagePath: this.#packagePaths.get(ruling) ?? null });
        else if (carried) void this.#use(performerId, carried);
      }
    });
  }

  async #use(performerId: string, { likenessId, packagePath }: Carried): Promise<void> {
    const { shelf } = this.lane.parts;
    this.#asked.set(performerId, likenessId);
    if (likenessId !== null && packagePath !== null && !shelf.has(likenessId))
      await shelf.addPackage(likenessId, packagePath);
    // A package takes seconds to prepare: what was asked for since then is what counts.
    if (this.#asked.get(performerId) === likenessId) shelf.assign(performerId, likenessId);
  }
  /** Who left the cast meanwhile is not taken in. */
  async #add(performer: Extract<ControlToLane, { type: 'performer' }>): Promise<void> {
    await this.lane.loaded;
    await this.lane.parts.shelf.enrol(performer);
    await this.#keepCast();
    this.follow();
  }
  async #keepCast(): Promise<void> {
    await this.lane.loaded;
    if (this.#cast === null) return;
    this.lane.parts.shelf.keepOnly(this.#cast);
    for (const performerId of [...this.#carried.keys()])
      if (!this.#cast.has(performerId)) {
        this.#carried.delete(performerId);
        this.#asked.delete(performerId);
      }
  }
}
