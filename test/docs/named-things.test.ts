import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const rooms = ['server', 'control-ui', 'models', 'docs', 'test'];
const inside = rooms.flatMap((room) =>
  readdirSync(join(root, room), { recursive: true, encoding: 'utf8' }).map((name) => join(room, name)),
);
const pages = [...inside, 'README.md'].filter((name) => name.endsWith('.md') && !name.includes('generated'));
const textOf = (page: string): string => readFileSync(join(root, page), 'utf8');

/** A source is named by what it is, by what it is built to, or without an ending; `…/*.ts` and `{a,b}` stand for several. */
const isThere = (path: string): boolean =>
  /[*{]/.test(path) ||
  ['', '.ts'].some((ending) => existsSync(join(root, path + ending))) ||
  existsSync(join(root, path.replace(/\.js$/, '.ts')));

describe('documents', () => {
  it('name only files and folders that are there', () => {
    const missing = pages.flatMap((page) =>
      [...textOf(page).matchAll(/`((?:server|control-ui|test|models|docs)\/[\w\-./{},*]+)`/g)]
        .map(([, path]) => path!.replace(/[/.]+$/, ''))
        .filter((path) => !isThere(path))
        .map((path) => `${page}: ${path}`),
    );
    expect(missing).toEqual([]);
  });

  it('link only to what is there', () => {
    const broken = pages.flatMap((page) =>
      [...textOf(page).matchAll(/\]\(([^)#:\s]+)(?:#[^)]*)?\)/g)]
        .map(([, target]) => normalize(join(dirname(page), target!)))
        .filter((target) => !existsSync(join(root, target)))
        .map((target) => `${page}: ${target}`),
    );
    expect(broken).toEqual([]);
  });
});
