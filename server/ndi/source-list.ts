import type { NdiSource } from './port.js';

/** One announcement: libndi lists the same source once per way it was found. */
export interface Announcement {
  readonly name: string;
  readonly url: string | null;
}

interface Entry extends Announcement {
  roundsMissed: number;
}

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/**
 * Merges what several finders saw. Without mDNS each new finder sees one process of a machine by chance, so a source is
 * forgotten only after `forgetAfterRounds` rounds without it: with 60 rounds and eight processes a live source is lost by
 * bad luck about once in 3 000 times ((7/8)^60).
 */
export class SourceList {
  readonly #entries = new Map<string, Entry>();
  readonly #forgetAfterRounds: number;

  constructor(forgetAfterRounds = 60) {
    this.#forgetAfterRounds = forgetAfterRounds;
  }

  /** Takes in everything that was seen in one round. */
  round(seen: Iterable<Announcement>): void {
    for (const entry of this.#entries.values()) entry.roundsMissed++;
    for (const { name, url } of seen) {
      this.#entries.set(`${name}\n${url ?? ''}`, { name, url, roundsMissed: 0 });
    }
    for (const [key, entry] of this.#entries) {
      if (entry.roundsMissed > this.#forgetAfterRounds) this.#entries.delete(key);
    }
  }

  /** One source per name, sorted by name; further addresses of a name are in `alsoAt`. */
  list(): NdiSource[] {
    const byName = new Map<string, string[]>();
    for (const { name, url } of this.#entries.values()) {
      const urls = byName.get(name) ?? [];
      if (url !== null) urls.push(url);
      byName.set(name, urls);
    }
    return [...byName]
      .sort(([a], [b]) => order(a, b))
      .map(([name, urls]) => {
        const [url, ...alsoAt] = urls.sort(order);
        return alsoAt.length > 0 ? { name, url: url!, alsoAt } : { name, url: url ?? null };
      });
  }
}

/** "CAM A" of "STAGE (CAM A)"; the whole name where it has no such form. */
export function bracketPart(name: string): string {
  const open = name.indexOf(' (');
  return open >= 0 && name.endsWith(')') ? name.slice(open + 2, -1) : name;
}

/**
 * Finds what an operator means: an address, then the exact name, then the part in brackets, each first as written and then
 * without regard to case. Where several sources answer ("CAM A" on two machines, one name at two addresses), the first by
 * name and address is given and `alsoAt` names the others: the choice is stable, and the ambiguity can be reported.
 */
export function matchSource(sources: readonly NdiSource[], wanted: string): NdiSource | null {
  const folded = wanted.toLowerCase();
  const byAddress = sources.find(({ url, alsoAt }) => url === wanted || alsoAt?.includes(wanted));
  if (byAddress !== undefined) return { name: byAddress.name, url: wanted };
  const tests: ((name: string) => boolean)[] = [
    (name) => name === wanted,
    (name) => name.toLowerCase() === folded,
    (name) => bracketPart(name) === wanted,
    (name) => bracketPart(name).toLowerCase() === folded,
  ];
  for (const test of tests) {
    const [first, ...others] = sources.filter(({ name }) => test(name));
    if (first === undefined) continue;
    const alsoAt = [...(first.alsoAt ?? []), ...others.flatMap(({ url, alsoAt = [] }) => [url ?? '', ...alsoAt])];
    return alsoAt.length > 0 ? { ...first, alsoAt } : first;
  }
  return null;
}
