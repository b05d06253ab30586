import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync, existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { installModel, makeModel } from '../../models/install.js';
import { manifestIds, readManifest } from '../../models/manifest.js';
import { readVerifiedModel, readVerifiedSources, sha256 } from '../../models/verify.js';
import { packagesRoot } from './ready.js';

const manifest = readManifest('selfie');
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'understudy-models-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A copy of the package files of one model, to be tampered with. */
function copyPackage(): string {
  for (const { path } of manifest.source.files) {
    const to = join(folder, 'packages', manifest.source.package, path);
    mkdirSync(dirname(to), { recursive: true });
    cpSync(join(packagesRoot, manifest.source.package, path), to);
  }
  return join(folder, 'packages');
}

function flipByte(file: string, at: number): void {
  const bytes = readFileSync(file);
  bytes[at]! ^= 1;
  writeFileSync(file, bytes);
}

describe('models at set-up', () => {
  it('makes the same bytes every time, for both targets', () => {
    const sources = readVerifiedSources(manifest, packagesRoot);
    for (const target of ['cpu', 'gpu'] as const) {
      const first = sha256(makeModel(manifest, sources, target));
      expect(sha256(makeModel(manifest, sources, target))).toBe(first);
      expect(first).toBe(manifest.files[target]!.sha256);
    }
  });

  it('refuses a package file with one changed bit, and writes nothing', () => {
    const packages = copyPackage();
    flipByte(join(packages, manifest.source.package, manifest.source.files[1]!.path), 1000);
    const install = (): unknown => installModel(manifest, 'cpu', { packages, made: join(folder, 'made') });
    expect(install).toThrow(expect.objectContaining({ code: 'MODEL_SOURCE_TAMPERED' }));
    expect(existsSync(join(folder, 'made', 'selfie.onnx'))).toBe(false);
  });

  it('says so when the package is not installed', () => {
    const install = (): unknown => installModel(manifest, 'cpu', { packages: folder, made: folder });
    expect(install).toThrow(expect.objectContaining({ code: 'MODEL_SOURCE_MISSING' }));
  });

  it('refuses a conversion that is not the one that was checked', () => {
    const other = { ...manifest, files: { cpu: { path: 'selfie.onnx', sha256: '0'.repeat(64) } } };
    const install = (): unknown => installModel(other, 'cpu', { packages: packagesRoot, made: folder });
    expect(install).toThrow(expect.objectContaining({ code: 'MODEL_OUTPUT_TAMPERED' }));
    expect(existsSync(join(folder, 'selfie.onnx'))).toBe(false);
  });

  it('leaves a right file alone, and makes a changed one again', () => {
    const folders = { packages: packagesRoot, made: folder };
    expect(installModel(manifest, 'cpu', folders)).toBe('made');
    expect(installModel(manifest, 'cpu', folders)).toBe('up-to-date');
    flipByte(join(folder, 'selfie.onnx'), 5000);
    expect(installModel(manifest, 'cpu', folders)).toBe('made-again');
    expect(installModel(manifest, 'cpu', folders)).toBe('up-to-date');
  });

  it('refuses to load a made file with one changed bit, or none at all', () => {
    installModel(manifest, 'cpu', { packages: packagesRoot, made: folder });
    expect(readVerifiedModel('selfie', 'cpu', folder).bytes.length).toBeGreaterThan(100_000);
    flipByte(join(folder, 'selfie.onnx'), 200_000);
    expect(() => readVerifiedModel('selfie', 'cpu', folder)).toThrow(
      expect.objectContaining({ code: 'MODEL_OUTPUT_TAMPERED' }),
    );
    rmSync(join(folder, 'selfie.onnx'));
    expect(() => readVerifiedModel('selfie', 'cpu', folder)).toThrow(
      expect.objectContaining({ code: 'MODEL_FILE_MISSING' }),
    );
  });

  it('names the known models when asked for another', () => {
    expect(() => readManifest('../../package')).toThrow(expect.objectContaining({ code: 'MODEL_UNKNOWN' }));
    expect(manifestIds()).toEqual([
      'blazeface-back',
      'blazeface-wide',
      'canonical-face',
      'facemesh-attention',
      'facemesh-v2',
      'faceres',
      'selfie',
    ]);
  });

  it('names the operation when a graph holds one that the converter does not know', () => {
    const [description, weights] = readVerifiedSources(manifest, packagesRoot) as [Buffer, Buffer];
    const strange = Buffer.from(description.toString('utf8').replace('"op":"Relu6"', '"op":"Strange"'));
    expect(() => makeModel(manifest, [strange, weights], 'cpu')).toThrow(/Strange/);
  });

  it('states a licence, a provenance and a colour order for every model', () => {
    for (const id of manifestIds()) {
      const { licence, provenance, inputs } = readManifest(id);
      expect(licence.name.length * licence.basis.length * provenance.length, id).toBeGreaterThan(0);
      for (const input of inputs)
        expect([input.colourOrder, input.layout, input.range?.length], id).toEqual(['RGB', 'NHWC', 2]);
    }
  });
});
