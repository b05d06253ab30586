import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { buildProgram, verbOf } from '../../server/cli/program.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const pages = ['README.md', ...readdirSync(join(root, 'docs')).map((name) => join('docs', name))].filter((name) =>
  name.endsWith('.md'),
);

/** Command lines of the page's code blocks, with their continued lines joined, and of its inline code, that name the product. */
function commandsOf(text: string): string[] {
  const blocks = [...text.matchAll(/^ *```\w*\n([\s\S]*?)^ *```/gm)].map(([, block]) =>
    block!.replace(/\\\n\s*/g, ' '),
  );
  const inline = [...text.matchAll(/`(npx understudy [^`\n]+)`/g)].map(([, command]) => command!);
  return [...blocks.flatMap((block) => block.split('\n')), ...inline]
    .map((line) => line.trim())
    .filter((line) => line.startsWith('npx understudy '));
}
/** Words as a shell would split them; `<an address>` is one word. Ends at a comment or a pipe. */
const wordsOf = (line: string): string[] =>
  [...line.replace(/\s[#|].*$/, '').matchAll(/"([^"]*)"|(<[^>]*>)|(\S+)/g)].map(
    (match) => match[1] ?? match[2] ?? match[3]!,
  );

/** Takes the place of every command's work: only what was typed is judged. */
function disarm(command: Command): void {
  command.exitOverride().configureOutput({ writeOut: () => {}, writeErr: () => {}, outputError: () => {} });
  if (command.commands.length === 0) command.action(() => {});
  for (const each of command.commands) disarm(each);
}

describe('what the documentation tells people to type', () => {
  const all = pages.flatMap((page) =>
    commandsOf(readFileSync(join(root, page), 'utf8')).map((line) => [page, line] as const),
  );

  it('names the first steps of a newcomer', () => {
    const lines = all.map(([, line]) => line);
    for (const verb of ['likeness build', 'likeness check', 'show check', 'start', 'sources', 'monitor', 'still'])
      expect(lines.some((line) => line.startsWith(`npx understudy ${verb}`))).toBe(true);
  });

  it.each(all)('%s: %s', async (_page, line) => {
    const words = wordsOf(line).slice(2);
    const program = await buildProgram();
    disarm(program);
    // A verb alone, in running text, speaks of the verb.
    const isMention = verbOf(program, words) === words.join(' ');
    const typed =
      words.includes('--help') || isMention ? Promise.resolve() : program.parseAsync(words, { from: 'user' });
    await expect(typed.then(() => 'taken')).resolves.toBe('taken');
    expect(words[0] === '<verb>' || verbOf(program, words) !== '').toBe(true);
  });
});
