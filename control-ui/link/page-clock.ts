/** The page's only clock: milliseconds since the page was opened, monotonic. */
export const nowMs = (): number => performance.now();
