import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { YuvMatrix } from '../../server/frame/format.js';
import { kernelFormats } from '../../server/kernels/formats.js';
import { LutKernel, type ColourTable } from '../../server/kernels/lut.js';
import { KernelMemory } from '../../server/kernels/memory.js';
import { lutTwin, tetrahedral, throughTable } from '../../server/kernels/twin/lut.js';
import type { TwinPicture } from '../../server/kernels/twin/picture-access.js';
import { CubeFault, parseCube } from '../../server/monitors/cube.js';
import {
  anyFormat,
  anyGap,
  anySide,
  chromaPtr,
  makePicture,
  noise,
  put,
  take,
  words,
  worst,
} from '../kernels/support.js';

/** Tables of other programs, where this machine has them (their origins: MANIFEST.tsv beside them). */
const foreign = process.env['UNDERSTUDY_COLOUR_TABLES'] ?? '';
const foreignFile = (name: string): string => readFileSync(join(foreign, name), 'utf8');

const identity = (size: number): string => {
  const rows: string[] = [`LUT_3D_SIZE ${size}`];
  for (let b = 0; b < size; b++)
    for (let g = 0; g < size; g++)
      for (let r = 0; r < size; r++) rows.push([r, g, b].map((v) => v / (size - 1)).join(' '));
  return rows.join('\n');
};
/** A 2³ table whose three channels are the same eight numbers, index r + 2g + 4b. */
const single = (values: readonly number[]): string =>
  ['LUT_3D_SIZE 2', ...values.map((v) => `${v} ${v} ${v}`)].join('\n');
const only = (index: number): number[] => Array.from({ length: 8 }, (_, i) => (i === index ? 1 : 0));

describe('.cube files', () => {
  it.each([
    ['a size of two numbers', 'LUT_3D_SIZE 2 2'],
    ['a domain of two numbers', 'LUT_3D_SIZE 2\nDOMAIN_MIN 0 0'],
    ['a domain of four numbers', 'LUT_3D_SIZE 2\nDOMAIN_MAX 1 1 1 1'],
    ['a word nobody knows', 'LUT_3D_SIZE 2\nWHATEVER'],
    ['too few rows', 'LUT_3D_SIZE 2\n0 0 0'],
    ['too many rows', `${single(only(0))}\n0 0 0`],
    ['a row of two numbers', 'LUT_1D_SIZE 2\n0 0\n1 1 1'],
    ['a row that is not numbers', 'LUT_1D_SIZE 2\n0 0 zero\n1 1 1'],
    ['numbers that are none', 'LUT_1D_SIZE 2\nnan 0 0\n1 1 1'],
    ['a lattice of one', 'LUT_3D_SIZE 1\n0 0 0'],
    ['a lattice too large for a lane', 'LUT_3D_SIZE 66'],
    ['a domain upside down', 'LUT_1D_SIZE 2\nDOMAIN_MIN 1 1 1\nDOMAIN_MAX 0 0 0\n0 0 0\n1 1 1'],
    ['no size at all', 'TITLE "nothing"'],
  ])('refuse %s', (_, text) => {
    expect(() => parseCube(text)).toThrow(CubeFault);
  });

  it('take blanks, tabs, comments between rows, carriage returns and values outside 0–1', () => {
    const table = parseCube(
      '\uFEFF# hello\r\n\tTITLE "a # b"\r\n LUT_1D_SIZE  2 \r\n\r\n-0.5\t0 0\r\n# between\r\n1.5 1e0 +1 \r\n',
    );
    expect([...table.curves!.rows]).toEqual([-0.5, 0, 0, 1.5, 1, 1]);
    expect(table.lattice).toBeNull();
  });

  // Reference vectors of tetrahedral interpolation, made with another implementation: trilinear gives other numbers.
  it.each([
    [[0.2, 0.5, 0.8], only(7), 0.2],
    [[0.2, 0.5, 0.8], only(1), 0],
    [[0.2, 0.5, 0.8], [0, 0.1, 0.2, 0.4, 0.3, 0.6, 0.7, 1], 0.5],
    [[0.8, 0.5, 0.2], only(1), 0.3],
    [[0.8, 0.5, 0.2], [0, 0.1, 0.2, 0.4, 0.3, 0.6, 0.7, 1], 0.35],
    [[0.5, 0.8, 0.2], [0, 0.1, 0.2, 0.4, 0.3, 0.6, 0.7, 1], 0.38],
    [[0.5, 0.2, 0.8], [0, 0.1, 0.2, 0.4, 0.3, 0.6, 0.7, 1], 0.47],
  ] as const)('%j through %j is %f', (colour, values, wanted) => {
    const { lattice } = parseCube(single(values));
    expect(tetrahedral(lattice!, [...colour])[0]).toBeCloseTo(wanted, 6);
  });

  it.skipIf(!existsSync(foreign))(
    'of other programs load with the right domain (skipped: no UNDERSTUDY_COLOUR_TABLES)',
    () => {
      const iridas = parseCube(foreignFile('ocio_iridas_1d.cube'));
      expect(iridas.curves).toMatchObject({ from: [-2, 1, 0], to: [2, 2, 1] });
      const both = parseCube(foreignFile('ocio_resolve_1d3d.cube'));
      expect([both.curves!.rows.length / 3, both.lattice!.size]).toEqual([6, 3]);
      expect(both).toMatchObject({ curves: { from: [-1, -1, -1] }, lattice: { to: [4, 4, 4] } });
      const shaper = parseCube(foreignFile('cs_resolve_cube_LogC_Video.cube'));
      expect(throughTable(shaper, [0, 0, 0])).toEqual([0, 0, 0]);
      for (const name of [
        'cs_iridas_cube_Colour_Correct',
        'cs_iridas_cube_eotf_sRGB_3D',
        'cs_resolve_cube_eotf_sRGB_3D',
      ])
        expect(parseCube(foreignFile(`${name}.cube`)).lattice!.size).toBeGreaterThan(3);
    },
  );
});

const memory = new KernelMemory(64);
const kernels = { release: new LutKernel(memory), debug: new LutKernel(memory, 'debug') };
function throughKernel(
  picture: TwinPicture,
  table: ColourTable,
  matrix: YuvMatrix,
  build: 'release' | 'debug',
): Uint8Array {
  const mark = memory.mark();
  const lut = kernels[build].bake(table, picture.format, matrix);
  const luma = put(memory, picture.bytes);
  const placed = { luma, chroma: chromaPtr(picture, luma), strideBytes: picture.strideBytes };
  kernels[build].apply(lut, placed, picture.widthPx, picture.heightPx);
  const got = take(memory, luma, picture.bytes.length);
  memory.rewind(mark);
  return got;
}
/** A table with some character: no channel alone, curved, partly outside 0–1. */
function strange(size: number, seed: number, withCurves: boolean): ColourTable {
  const next = noise(seed);
  const rows = Float32Array.from({ length: size ** 3 * 3 }, (_, i) => {
    const at = Math.floor(i / 3);
    const own = [at % size, Math.floor(at / size) % size, Math.floor(at / size ** 2)].map((v) => v / (size - 1));
    return 0.8 * own[i % 3]! ** 1.4 + 0.2 * own[(i + 1) % 3]! + (next() - 0.5) * 0.05;
  });
  const from = [0, -0.1, 0.05];
  const to = [1, 1.2, 0.9];
  const curve = Float32Array.from({ length: 33 * 3 }, (_, i) => Math.sqrt(Math.floor(i / 3) / 32));
  return {
    curves: withCurves ? { from: [0, 0, 0], to: [1, 1, 1], rows: curve } : null,
    lattice: { size, from, to, rows },
  };
}

describe('the colour table kernel', () => {
  it('agrees with its twin in every format and matrix, at any size and stride, and writes nothing between rows', () => {
    fc.assert(
      fc.property(
        anyFormat,
        fc.constantFrom<YuvMatrix>('bt601', 'bt709', 'bt2020'),
        anySide,
        fc.integer({ min: 1, max: 5 }),
        anyGap,
        fc.constantFrom(2, 3, 17),
        fc.boolean(),
        fc.nat(),
        (format, matrix, w, h, gap, size, withCurves, seed) => {
          const picture = makePicture(format, w, h, gap, seed, 'smooth');
          const table = strange(size, seed, withCurves);
          const wanted = { ...picture, bytes: picture.bytes.slice() };
          lutTwin(wanted, table, matrix);
          const got = throughKernel(picture, table, matrix, seed % 2 ? 'debug' : 'release');
          if (format === kernelFormats.P216)
            expect(worst(words(got), words(wanted.bytes))).toBeLessThanOrEqual(withCurves ? 160 : 40);
          else expect(worst(got, wanted.bytes)).toBeLessThanOrEqual(1);
        },
      ),
      { numRuns: 120 },
    );
  });

  it('an identity of 33 leaves every legal colour as it is, to the bit', () => {
    const table = parseCube(identity(33));
    for (const matrix of ['bt601', 'bt709', 'bt2020'] as const) {
      const bytes = new Uint8Array(220 * 5 * 4);
      let at = 0;
      // Greys, and colours near them that every matrix can show.
      for (let luma = 16; luma <= 235; luma++)
        for (let k = 0; k < 5; k++) {
          const near = Math.min(luma - 16, 235 - luma, 40) >> 2;
          bytes.set([128 + ((k * 7) % 5 > 2 ? near : -near), luma, 128 + (k % 2 ? near : 0), luma], at);
          at += 4;
        }
      const picture = {
        bytes,
        format: kernelFormats.UYVY,
        widthPx: 1100 * 2,
        heightPx: 1,
        strideBytes: bytes.length,
        chromaOffset: 0,
      };
      expect(throughKernel(picture, table, matrix, 'release')).toEqual(bytes);
    }
    const rgb = {
      bytes: Uint8Array.from({ length: 4096 }, (_, i) => (i * 37) & 255),
      format: kernelFormats.BGRA,
      widthPx: 1024,
      heightPx: 1,
      strideBytes: 4096,
      chromaOffset: 0,
    };
    expect(throughKernel(rgb, table, 'bt709', 'release')).toEqual(rgb.bytes);
  });

  it('keeps neutral greys neutral through a table whose grey axis is neutral', () => {
    const size = 17;
    const rows = strange(size, 5, false).lattice!.rows;
    for (let i = 0; i < size; i++)
      rows.fill((i / (size - 1)) ** 2.2, (i + size * (i + size * i)) * 3, (i + size * (i + size * i)) * 3 + 3);
    const table = { curves: null, lattice: { size, from: [0, 0, 0], to: [1, 1, 1], rows } };
    const bytes = Uint8Array.from({ length: 440 }, (_, i) => (i % 2 ? 16 + (i >> 1) : 128));
    const picture = { bytes, format: kernelFormats.UYVY, widthPx: 220, heightPx: 1, strideBytes: 440, chromaOffset: 0 };
    throughKernel(picture, table, 'bt709', 'release').forEach((value, i) => {
      if (i % 2 === 0) expect(Math.abs(value - 128)).toBeLessThanOrEqual(1);
    });
  });
});
