import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { addModel } from '../../../server/cli/models-add.js';
import { modelRoles } from '../../../server/likeness/neural/roles.js';

/**
 * Weights that a production has: a folder named by UNDERSTUDY_WEIGHTS, with files called <kind>.onnx or <kind>.<anything>.onnx,
 * such as inswapper.fp16.onnx. Each must pass what "models add" asks of it.
 */
const folder = process.env['UNDERSTUDY_WEIGHTS'] ?? '';
const files =
  folder !== '' && existsSync(folder)
    ? readdirSync(folder).filter(
        (name) => /\.(onnx|dfm)$/.test(name) && modelRoles.some((role) => name.startsWith(`${role}.`)),
      )
    : [];
const store = mkdtempSync(join(tmpdir(), 'understudy-real-'));
afterAll(() => rmSync(store, { recursive: true, force: true }));

describe.skipIf(files.length === 0)('real weights (skipped: UNDERSTUDY_WEIGHTS names no folder with any)', () => {
  it.each(files.length > 0 ? files : ['none'])('%s is what its name says', async (name) => {
    const role = modelRoles.filter((one) => name.startsWith(`${one}.`)).sort((a, b) => b.length - a.length)[0]!;
    const request = {
      file: join(folder, name),
      role,
      id: undefined,
      licence: 'as given',
      source: 'UNDERSTUDY_WEIGHTS',
      folder: store,
    };
    expect((await addModel(request)).role).toBe(role);
  });
});
