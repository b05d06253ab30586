/** The face mesh's triangles, once per page; null where the server does not serve them (the mesh is then drawn as points). */
let asked: Promise<Uint16Array | null> | null = null;

export function faceTriangles(): Promise<Uint16Array | null> {
  asked ??= fetch('/canonical-face.json')
    .then(async (answer) => (answer.ok ? readTriangles(await answer.json()) : null))
    .catch(() => null);
  return asked;
}

/** Takes `{triangles: [[a,b,c], …]}` or `{triangles: [a,b,c, …]}`; null for anything else. */
export function readTriangles(json: unknown): Uint16Array | null {
  if (typeof json !== 'object' || json === null || !('triangles' in json) || !Array.isArray(json.triangles))
    return null;
  const flat: unknown[] = (json.triangles as unknown[]).flat();
  const whole = flat.length > 0 && flat.length % 3 === 0;
  return whole && flat.every((index) => Number.isInteger(index) && (index as number) >= 0 && (index as number) < 65_536)
    ? Uint16Array.from(flat as number[])
    : null;
}
