import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CodedError } from '../../server/errors/coded-error.js';
import { checkShow, demoShow, readShowFile, saveShowFile } from '../../server/show/show-file.js';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'us-show-'));
  file = join(folder, 'show.json');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const faultOf = (action: () => unknown): { code: string; message: string } => {
  try {
    action();
  } catch (error) {
    if (error instanceof CodedError) return { code: error.code, message: error.message };
    throw error;
  }
  return { code: 'none', message: '' };
};
const changed = (change: (show: ReturnType<typeof demoShow> & Record<string, unknown>) => void): unknown => {
  const show = structuredClone(demoShow()) as ReturnType<typeof demoShow> & Record<string, unknown>;
  change(show);
  return show;
};

describe('the show file', () => {
  it('is saved so that a person can read it, and read back the same', () => {
    saveShowFile(file, demoShow());
    expect(readShowFile(file)).toEqual(demoShow());
    expect(readFileSync(file, 'utf8')).toContain('\n  "sources": [\n');
    expect(readdirSync(folder)).toEqual(['show.json']);
  });

  it('keeps the version before where a save fails', () => {
    saveShowFile(file, demoShow());
    const before = readFileSync(file, 'utf8');
    expect(faultOf(() => saveShowFile(file, changed((show) => (show.sources = [])) as never)).code).toBe(
      'SHOW_FILE_INVALID',
    );
    expect(faultOf(() => saveShowFile(join(folder, 'absent', 'show.json'), demoShow())).code).toBe(
      'SHOW_FILE_NOT_SAVED',
    );
    expect(readFileSync(file, 'utf8')).toBe(before);
  });

  it('says which file is missing, and in which line JSON went wrong', () => {
    expect(faultOf(() => readShowFile(file)).code).toBe('SHOW_FILE_MISSING');
    writeFileSync(file, '{\n  "name": "x",\n  "sources": [}\n');
    const fault = faultOf(() => readShowFile(file));
    expect(fault.code).toBe('SHOW_FILE_NOT_JSON');
    expect(fault.message).toMatch(/line 3/);
  });

  it.each([
    ['/sources/0/id', (show) => (show.sources[0]!.id = 'Cam A')],
    ['/sources/0/id', (show) => (show.sources[0]!.id = '../x')],
    ['/sources/0/outputName', (show) => delete (show.sources[0] as { outputName?: string }).outputName],
    ['/sources', (show) => (show.sources = [])],
    ['/ports/osc', (show) => (show.ports = { osc: 65536 })],
    ['/ports/osc', (show) => (show.ports = { osc: -1 })],
    ['/interfaces/0', (show) => (show.interfaces = ['everywhere'])],
    ['/sorces', (show) => (show['sorces'] = [])],
    ['/cast/0/performerId', (show) => (show.cast[0]!.performerId = 'a'.repeat(33))],
  ] satisfies [string, Parameters<typeof changed>[0]][])('names %s where it is wrong', (path, change) => {
    const fault = faultOf(() => checkShow(changed(change)));
    expect(fault.code).toBe('SHOW_FILE_INVALID');
    expect(fault.message).toContain(`at ${path}:`);
  });

  it('accepts ports at their bounds and an IPv6 interface', () => {
    expect(checkShow(changed((show) => (show.ports = { osc: 65535, http: 0 })))).toMatchObject({
      ports: { osc: 65535 },
    });
    expect(checkShow(changed((show) => (show.interfaces = ['::1'])))).toMatchObject({ interfaces: ['::1'] });
  });

  it('refuses a version it does not know, a repeated id or output name, and a performer who is not cast', () => {
    expect(faultOf(() => checkShow(changed((show) => (show.schemaVersion = 2 as 1)))).code).toBe('SHOW_FILE_VERSION');
    const twice = changed((show) => show.sources.push({ ...show.sources[0]!, outputName: 'B' }));
    expect(faultOf(() => checkShow(twice))).toMatchObject({
      code: 'SHOW_ID_TWICE',
      message: expect.stringContaining('/sources/1/id'),
    });
    const sameOutput = changed((show) =>
      show.sources.push({ ...show.sources[0]!, id: 'cam-b', outputName: 'UNDERSTUDY CAM A' }),
    );
    expect(faultOf(() => checkShow(sameOutput)).code).toBe('SHOW_ID_TWICE');
    expect(faultOf(() => checkShow(changed((show) => (show.sources[0]!.performer = 'nobody')))).code).toBe(
      'SHOW_REFERENCE_UNKNOWN',
    );
  });
});
