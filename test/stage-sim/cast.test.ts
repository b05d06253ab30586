import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { castRoot } from '../../server/paths.js';
import { assemblePerson } from '../../server/stage-sim/cast/assemble.js';
import { readBaseMesh, TargetFile } from '../../server/stage-sim/cast/makehuman.js';
import { readModel, writeModel } from '../../server/stage-sim/cast/model.js';
import { recipes } from '../../server/stage-sim/cast/recipes.js';
import { parseFrameRate } from '../../server/stage-sim/ndi-camera.js';
import { castModel, isCastBuilt } from '../../server/stage-sim/stage-scene.js';

const ready = isCastBuilt();

describe('the cast', () => {
  it('writes and reads a model without losing a bit', () => {
    const folder = mkdtempSync(join(tmpdir(), 'cast-'));
    try {
      const model = {
        id: 'x',
        nested: [{ a: Float32Array.of(1.5, -2) }],
        n: Uint16Array.of(1, 65535, 7),
        b: Uint8Array.of(3),
        empty: new Float32Array(0),
        text: 'ü',
      };
      writeModel(join(folder, 'x.cast'), model);
      expect(readModel(join(folder, 'x.cast'))).toEqual(model);
      writeFileSync(join(folder, 'no.cast'), 'something else altogether');
      expect(() => readModel(join(folder, 'no.cast'))).toThrow('not a cast file');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it.skipIf(!ready)(`is built to the same bytes again${ready ? '' : ' (skipped: the cast is not built)'}`, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'cast-')),
      targets = new TargetFile();
    try {
      const path = join(folder, 'robin.cast');
      writeModel(path, await assemblePerson(readBaseMesh(), targets, recipes[0]!));
      expect(Buffer.compare(readFileSync(path), readFileSync(join(castRoot, 'robin.cast')))).toBe(0);
    } finally {
      targets.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it.skipIf(!ready)('has bodies whose indices, textures and weights are within bounds', () => {
    for (const { id } of recipes) {
      const model = castModel(id),
        positions = model.positions.length / 3,
        vertices = model.vertexPosition.length;
      expect(Math.max(...model.vertexPosition)).toBeLessThan(positions);
      expect(model.triangles.reduce((most, value) => Math.max(most, value), 0)).toBeLessThan(vertices);
      expect(model.headWeight.every((w) => w >= 0 && w <= 1)).toBe(true);
      expect(model.visibility.every(Number.isFinite)).toBe(true);
      expect(
        [model.eyeCentres[1]! + model.eyeCentres[4]!, model.eyeCentres[0]! + model.eyeCentres[3]!].map((v) =>
          Math.round(v * 100),
        ),
      ).toEqual([1460, 0]);
      for (const material of ['skin', 'eye', 'teeth', 'hair', 'cloth'])
        expect(
          model.parts.some((part) => part.material === material),
          `${id} ${material}`,
        ).toBe(true);
    }
  });
});

describe('the camera’s frame rates', () => {
  it('reads whole, fractional and NTSC rates, and refuses the rest', () => {
    expect(parseFrameRate('25')).toEqual({ num: 25, den: 1 });
    expect(parseFrameRate('30000/1001')).toEqual({ num: 30000, den: 1001 });
    expect(parseFrameRate('59.94')).toEqual({ num: 60000, den: 1001 });
    expect(parseFrameRate('12.5')).toEqual({ num: 12500, den: 1000 });
    for (const text of ['', 'fast', '0', '25/0', '1/2/3']) expect(parseFrameRate(text)).toBeNull();
  });
});
