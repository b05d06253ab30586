import type { ParamRegistry } from '../../params/registry.js';

export type PathChange =
  | { readonly command: 'PATH_ADDED' | 'PATH_REMOVED' | 'PATH_CHANGED'; readonly data: string }
  | { readonly command: 'PATH_RENAMED'; readonly data: { readonly OLD: string; readonly NEW: string } };

/** Changes that belong together arrive together: a camera brings its lane and its output. */
const gatherMs = 20;
const pathOf = (scopeId: string): string => `/understudy/${scopeId}`;

/**
 * Cameras that come, go and are renamed, as OSCQuery says it. A camera that went and one of the same label that came at the
 * same moment are one camera under a new id; one that went and came back under the same id has changed.
 */
export class ScopeChanges {
  #labels: ReadonlyMap<string, string>;
  #timer: NodeJS.Timeout | null = null;
  readonly #touched = new Set<string>();
  readonly #stop: () => void;

  constructor(
    private readonly registry: ParamRegistry,
    private readonly tell: (changes: readonly PathChange[]) => void,
  ) {
    this.#labels = labelsOf(registry);
    this.#stop = registry.onScope((scopeId) => {
      this.#touched.add(scopeId);
      this.#timer ??= setTimeout(() => {
        this.#timer = null;
        this.#flush();
      }, gatherMs);
    });
  }
  close(): void {
    this.#stop();
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  #flush(): void {
    const before = this.#labels;
    const now = (this.#labels = labelsOf(this.registry));
    const touched = [...this.#touched];
    this.#touched.clear();
    const gone = touched.filter((id) => before.has(id) && !now.has(id));
    const came = new Set(touched.filter((id) => !before.has(id) && now.has(id)));
    const changes: PathChange[] = touched
      .filter((id) => before.has(id) && now.has(id))
      .map((id) => ({ command: 'PATH_CHANGED', data: pathOf(id) }));
    for (const old of gone) {
      const kind = old.split('/', 1)[0];
      const heir = [...came].find((id) => id.split('/', 1)[0] === kind && now.get(id) === before.get(old));
      if (heir === undefined) changes.push({ command: 'PATH_REMOVED', data: pathOf(old) });
      else {
        came.delete(heir);
        changes.push({ command: 'PATH_RENAMED', data: { OLD: pathOf(old), NEW: pathOf(heir) } });
      }
    }
    for (const id of came) changes.push({ command: 'PATH_ADDED', data: pathOf(id) });
    this.tell(changes);
  }
}

export const labelsOf = (registry: ParamRegistry): ReadonlyMap<string, string> =>
  new Map(registry.scopes.map(({ id, label }) => [id, label]));
