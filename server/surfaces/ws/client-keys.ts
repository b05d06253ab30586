/** So many different pages are remembered; the oldest is forgotten first, and is a new one when it comes back. */
const mostKeys = 256;

/**
 * Gives each page a short id that it keeps across a dropped connection or a reload: "page 3". The key is the page's own secret, so
 * that nobody else comes back as it (and to its lock).
 */
export class ClientKeys {
  readonly #ids = new Map<string, string>();
  #last = 0;

  /** A page without a key, or with one nobody would guess twice, is a new one. */
  idOf(key: string | null): string {
    const known = key === null ? undefined : this.#ids.get(key);
    if (known !== undefined) return known;
    this.#last += 1;
    const id = `page ${this.#last}`;
    if (key !== null && key.length >= 16 && key.length <= 64) {
      this.#ids.set(key, id);
      const [oldest] = this.#ids.keys();
      if (this.#ids.size > mostKeys && oldest !== undefined) this.#ids.delete(oldest);
    }
    return id;
  }
}

/** One line, short: it stands in the audit log and on every other page. */
export const nameOf = (text: string): string =>
  text
    // eslint-disable-next-line no-control-regex
    .replace(/[\u0000-\u001f\u007f]/g, ' ')
    .trim()
    .slice(0, 40);

/** "page 3 Robin": the surface and the client first, as the lock compares them. */
export const writerOf = ({ clientId, name }: { readonly clientId: string; readonly name: string }): string =>
  name === '' ? clientId : `${clientId} ${name}`;
