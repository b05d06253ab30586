import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const rooms = ['server', 'control-ui', 'models'];
const files = [
  ...[...rooms, 'test'].flatMap((room) =>
    readdirSync(join(root, room), { recursive: true, encoding: 'utf8' }).map((name) => join(room, name)),
  ),
  ...readdirSync(root),
].filter((name) => /\.(ts|tsx|js|mjs)$/.test(name));

/** How often each word stands in all sources together. */
function wordCounts(texts: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts)
    for (const word of text.match(/[A-Za-z_$][\w$]*/g) ?? []) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}

describe('what a module gives to others', () => {
  it('is named somewhere besides the line that gives it', () => {
    const texts = new Map(files.map((file) => [file, readFileSync(join(root, file), 'utf8')]));
    const counts = wordCounts([...texts.values()]);
    const dead: string[] = [];
    for (const [file, text] of texts) {
      // What the assembly gives is taken by name from the host.
      if (!/^(server|control-ui|models)\//.test(file) || file.startsWith('server/kernels/assembly/')) continue;
      const given = text.matchAll(
        /^export (?:declare )?(?:async )?(?:abstract )?(?:const|let|function\*?|class|interface|type|enum) ([A-Za-z_$][\w$]*)/gm,
      );
      for (const [, name] of given) if (counts.get(name!) === 1) dead.push(`${file}: ${name!}`);
    }
    expect(dead).toEqual([]);
  });
});
