import type { DrawnBy, EngineMark, LaneStatus } from '../protocol/messages.js';
import type { Json } from '../trust/canonical-json.js';

/** What an engine is called in the audit log: kind, and every file of weights by name and digest. */
export const engineFacts = ({ kind, models }: EngineMark): { readonly engine: string; readonly models: Json } => ({
  engine: kind,
  models: models.map(({ id, sha256 }) => `${id} ${sha256}`),
});

const textOf = ({ likenessId, digest, kind, models }: DrawnBy): string =>
  [likenessId, digest, kind, ...models.map(({ sha256 }) => sha256)].join(' ');

/** Puts on record whose face was shown on whom, and by which very weights: once for each change, as the lanes report it. */
export class DrawnRecord {
  readonly #last = new Map<string, string>();

  constructor(private readonly record: (detail: { readonly [key: string]: Json }) => void) {}

  follow({ laneId, faces }: Pick<LaneStatus, 'laneId' | 'faces'>): void {
    for (const { performerId, drawnBy } of faces) {
      if (performerId === null || drawnBy === null) continue;
      const key = `${laneId} ${performerId}`;
      const text = textOf(drawnBy);
      if (this.#last.get(key) === text) continue;
      this.#last.set(key, text);
      const { likenessId, digest } = drawnBy;
      this.record({ laneId, performerId, likenessId, digest, ...engineFacts(drawnBy) });
    }
  }
}
