import type { ColourTable } from '../kernels/lut.js';

/** Why a file is no table; the message names the line. */
export class CubeFault extends Error {}

/** Sizes that cameras' and grading programs' tables have; larger ones do not fit a lane's memory. */
const latticeSizes = { least: 2, most: 65 };
const curveSizes = { least: 2, most: 65536 };

interface Head {
  curveSize: number;
  latticeSize: number;
  from: number[];
  to: number[];
  curveRange: number[] | null;
  latticeRange: number[] | null;
}

/**
 * The text of a .cube file: Adobe's (LUT_1D_SIZE or LUT_3D_SIZE, DOMAIN_MIN, DOMAIN_MAX) and Resolve's (both sizes, curves first,
 * LUT_1D_INPUT_RANGE, LUT_3D_INPUT_RANGE). Rows are full-range R'G'B', red fastest. Comments and blanks may stand anywhere, values
 * may lie outside 0–1. Throws CubeFault.
 */
export function parseCube(text: string): ColourTable {
  const head: Head = {
    curveSize: 0,
    latticeSize: 0,
    from: [0, 0, 0],
    to: [1, 1, 1],
    curveRange: null,
    latticeRange: null,
  };
  const numbers: number[] = [];
  text.split(/\r\n|\r|\n/).forEach((raw, at) => {
    const line = raw.replace(/^\uFEFF/, '').trim();
    if (line === '' || line.startsWith('#')) return;
    const fail = (why: string): never => {
      throw new CubeFault(`line ${at + 1}: ${why}`);
    };
    const words = line.split(/\s+/);
    if (/^[A-Z_a-z]/.test(line) && !/^(nan|inf)/i.test(line)) {
      if (numbers.length > 0) fail(`${words[0]} stands behind the first row`);
      readKeyword(head, words, fail);
    } else {
      if (words.length !== 3) fail(`a row has three numbers, this one ${words.length}`);
      for (const word of words) numbers.push(numberOf(word, fail));
    }
  });
  return tableOf(head, numbers);
}

function numberOf(word: string, fail: (why: string) => never): number {
  const value = Number(word);
  return Number.isFinite(value) && /^[-+.\d]/.test(word) ? value : fail(`"${word}" is not a number`);
}

function readKeyword(head: Head, words: readonly string[], fail: (why: string) => never): void {
  const [keyword, ...rest] = words;
  const some = (count: number): number[] => {
    if (rest.length !== count) fail(`${keyword} takes ${count} number${count === 1 ? '' : 's'}`);
    return rest.map((word) => numberOf(word, fail));
  };
  const size = ({ least, most }: { least: number; most: number }): number => {
    const [value] = some(1) as [number];
    const fits = Number.isInteger(value) && value >= least && value <= most;
    return fits ? value : fail(`${keyword} is ${least} to ${most}`);
  };
  switch (keyword) {
    case 'TITLE':
      return;
    case 'LUT_1D_SIZE':
      head.curveSize = size(curveSizes);
      return;
    case 'LUT_3D_SIZE':
      head.latticeSize = size(latticeSizes);
      return;
    case 'DOMAIN_MIN':
      head.from = some(3);
      return;
    case 'DOMAIN_MAX':
      head.to = some(3);
      return;
    case 'LUT_1D_INPUT_RANGE':
      head.curveRange = some(2);
      return;
    case 'LUT_3D_INPUT_RANGE':
      head.latticeRange = some(2);
      return;
    default:
      fail(`${keyword} is unknown`);
  }
}

function tableOf(head: Head, numbers: readonly number[]): ColourTable {
  const { curveSize, latticeSize } = head;
  if (curveSize === 0 && latticeSize === 0) throw new CubeFault('it names neither LUT_1D_SIZE nor LUT_3D_SIZE');
  const rows = curveSize + latticeSize ** 3;
  if (numbers.length !== rows * 3) throw new CubeFault(`it has ${numbers.length / 3} rows, ${rows} were announced`);
  const domain = (range: number[] | null): { from: number[]; to: number[] } => {
    const [low, high] = range ?? [];
    const from = low === undefined ? head.from : [low, low, low];
    const to = high === undefined ? head.to : [high, high, high];
    if (from.some((value, i) => !(value < to[i]!))) throw new CubeFault('its domain ends before it begins');
    return { from, to };
  };
  // One range line stands for the table that the file has, whichever of the two names it carries.
  const curveRange = head.curveRange ?? (latticeSize === 0 ? head.latticeRange : null);
  const latticeRange = head.latticeRange ?? (curveSize === 0 ? head.curveRange : null);
  const split = curveSize * 3;
  return {
    curves: curveSize === 0 ? null : { ...domain(curveRange), rows: Float32Array.from(numbers.slice(0, split)) },
    lattice:
      latticeSize === 0
        ? null
        : { size: latticeSize, ...domain(latticeRange), rows: Float32Array.from(numbers.slice(split)) },
  };
}
