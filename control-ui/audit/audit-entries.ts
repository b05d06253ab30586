/** One line of the audit log, as GET /audit gives it. */
export interface AuditEntry {
  readonly index: number;
  readonly atIso: string;
  readonly kind: string;
  readonly by: string;
  readonly detail: Readonly<Record<string, unknown>>;
  readonly previous: string;
  readonly hash: string;
}
export interface AuditAnswer {
  readonly head: string;
  readonly entries: readonly AuditEntry[];
}

/** Newest first, told apart by index; keeps the newest `most`. */
export function mergeEntries(known: readonly AuditEntry[], came: readonly AuditEntry[], most: number): AuditEntry[] {
  const byIndex = new Map([...known, ...came].map((entry) => [entry.index, entry]));
  return [...byIndex.values()].sort((a, b) => b.index - a.index).slice(0, most);
}

/**
 * Where the chain does not hold, among entries that follow each other: the index of the later one; null where all hold. Hashes are not
 * computed anew here: `understudy audit verify` does that.
 */
export function brokenLink(entries: readonly AuditEntry[]): number | null {
  const inOrder = [...entries].sort((a, b) => a.index - b.index);
  for (let i = 1; i < inOrder.length; i++) {
    const [before, entry] = [inOrder[i - 1]!, inOrder[i]!];
    if (entry.index === before.index + 1 && entry.previous !== before.hash) return entry.index;
  }
  return null;
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** The detail in one line, whole: "address … · value …". What a search goes through. */
export const detailText = (detail: AuditEntry['detail']): string =>
  Object.entries(detail)
    .map(([name, value]) => `${name} ${textOf(value)}`)
    .join(' · ');

const isEmpty = (value: unknown): boolean => value === '' || (Array.isArray(value) && value.length === 0);
const shortHash = (text: string): string => text.replace(/\b([0-9a-f]{12})[0-9a-f]{52}\b/g, '$1…');

/** The same to be read: words for names, nothing that says nothing, hashes by their beginning. */
export const readableDetail = (detail: AuditEntry['detail']): string =>
  Object.entries(detail)
    .filter(([, value]) => !isEmpty(value))
    .map(([name, value]) => {
      const said = shortHash(textOf(value));
      return name === 'did'
        ? said
        : `${name.replace(/([a-z])([A-Z])/g, (_, a: string, b: string) => `${a} ${b.toLowerCase()}`)} ${said}`;
    })
    .join(' · ');

/** Every word must be somewhere in the entry. */
export function matches(entry: AuditEntry, query: string): boolean {
  const text = `${entry.index} ${entry.kind} ${entry.by} ${detailText(entry.detail)}`.toLowerCase();
  return query
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}
