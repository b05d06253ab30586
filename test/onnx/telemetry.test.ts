import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeModel } from '../../models/install.js';
import { readManifest } from '../../models/manifest.js';
import { readVerifiedSources } from '../../models/verify.js';
import { packagesRoot } from '../models/ready.js';

// Alone in its file, and so in its own process: the library looks at the environment when it is loaded.
const home = mkdtempSync(join(tmpdir(), 'understudy-home-'));
const temporary = join(home, 'tmp');
const before = { ...process.env };

beforeAll(() => {
  mkdirSync(temporary);
  delete process.env['ORT_DISABLE_TELEMETRY'];
  Object.assign(process.env, {
    HOME: home,
    XDG_CACHE_HOME: join(home, '.cache'),
    TMPDIR: temporary,
    TMP: temporary,
    TEMP: temporary,
  });
});
afterAll(() => {
  Object.assign(process.env, before);
  rmSync(home, { recursive: true, force: true });
});

it('loading and running a model leaves no telemetry log, no database and no device id behind', async () => {
  const { openModel } = await import('../../server/onnx/ort.js');
  const manifest = readManifest('selfie');
  const session = await openModel({
    manifest,
    bytes: makeModel(manifest, readVerifiedSources(manifest, packagesRoot), 'cpu'),
  });
  await session.infer(
    ({ image }) => image!.fill(0.5),
    () => undefined,
  );
  await session.close();
  // The library's telemetry client writes within its first second.
  await new Promise((resolve) => setTimeout(resolve, 1500));
  expect(readdirSync(temporary)).toEqual([]);
  expect(existsSync(join(home, '.cache', 'Microsoft'))).toBe(false);
  expect(readdirSync(home)).toEqual(['tmp']);
  expect(process.env['ORT_DISABLE_TELEMETRY']).toBe('1');
});
