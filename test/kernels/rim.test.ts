import { describe, expect, it } from 'vitest';
import { kernelPixelBytes } from '../../server/kernels/formats.js';
import { KernelMemory } from '../../server/kernels/memory.js';
import { rimFieldBytes, RimKernel, rimNodeBytes, rimScratchBytes, spreadCells } from '../../server/kernels/rim.js';
import type { TwinPicture } from '../../server/kernels/twin/picture-access.js';
import {
  applyRimTwin,
  fieldsTwin,
  holdToPersonTwin,
  nodesTwin,
  type TwinCell,
  type TwinGrid,
  type TwinNode,
  type TwinVertex,
} from '../../server/kernels/twin/rim.js';
import { allFormats, builds, chromaPtr, makePatch, makePicture, noise, put, worst } from './support.js';

const grid: TwinGrid = { shift: 3, columns: 11, rows: 9, left: 4, top: 5 };
const cellCount = grid.columns * grid.rows;
const middle = [4.6, 4.2] as const;

/** Two rings of eight points that face the viewer, the outer ring's last points folded behind the inner one. */
function ring(seed: number): { vertices: TwinVertex[]; triangles: number[] } {
  const next = noise(seed);
  const vertices: TwinVertex[] = [],
    triangles: number[] = [];
  for (const radius of [2, 4]) {
    for (let k = 0; k < 8; k++) {
      const angle = (k / 8) * 2 * Math.PI;
      const r = radius === 4 && k > 5 ? 1 : radius;
      vertices.push({
        x: middle[0] + r * Math.cos(angle) + 0.3 * next(),
        y: middle[1] + r * Math.sin(angle) + 0.3 * next(),
        veil: radius === 2 ? 1 : next(),
        own: next(),
        colour: [110 + 80 * next(), 100 + 30 * next(), 130 + 30 * next()],
        least: 0.2 + 0.3 * next(),
      });
    }
  }
  for (let k = 0; k < 8; k++) {
    const next8 = (k + 1) % 8;
    triangles.push(k, next8, 8 + next8, k, 8 + next8, 8 + k);
  }
  // Angles grow clockwise on the screen: the other way round faces the viewer.
  return { vertices, triangles: triangles.toReversed() };
}

describe.each(builds)('the %s kernel of the rim and its twin', (build) => {
  const memory = new KernelMemory(8);
  const kernel = new RimKernel(memory, build);
  const fieldsPtr = memory.allocate(cellCount * rimFieldBytes),
    nodesPtr = memory.allocate(cellCount * rimNodeBytes),
    scratchPtr = memory.allocate(cellCount * rimScratchBytes);

  function fieldsOf(seed: number): { ours: Float32Array; cells: TwinCell[] } {
    const { vertices, triangles } = ring(seed);
    const flat = vertices.flatMap(({ x, y, veil, own, colour, least }) => [x, y, veil, own, ...colour, least]);
    const count = triangles.length / 3;
    const [at, indices] = [put(memory, Float32Array.from(flat)), put(memory, Uint16Array.from(triangles))];
    kernel.fields(fieldsPtr, grid, at, indices, count, ...middle);
    const cells = fieldsTwin(vertices, triangles, grid.columns, grid.rows, middle, spreadCells);
    return { ours: memory.f32.slice(fieldsPtr >> 2, (fieldsPtr >> 2) + cellCount * 8), cells };
  }
  function nodesOf(picture: TwinPicture, seed: number): { ours: Float32Array; nodes: TwinNode[]; ptr: number } {
    const { cells } = fieldsOf(seed);
    const ptr = put(memory, picture.bytes);
    const { widthPx, heightPx, strideBytes, format } = picture;
    const source = { ptr, chromaPtr: chromaPtr(picture, ptr), strideBytes, widthPx, heightPx, format };
    kernel.nodes(source, grid, grid.left, grid.top, fieldsPtr, nodesPtr, scratchPtr);
    return {
      ours: memory.f32.slice(nodesPtr >> 2, (nodesPtr >> 2) + cellCount * 4),
      nodes: nodesTwin(picture, cells, grid, 64),
      ptr,
    };
  }

  it('leave the same fields in cells that triangles cover, and beside them', () => {
    for (const seed of [1, 2, 3, 4]) {
      const { ours, cells } = fieldsOf(seed);
      const known = cells.filter(({ away }) => away !== Infinity);
      expect(known.some(({ away }) => away === 0)).toBe(true);
      expect(known.some(({ away }) => away === 2)).toBe(true);
      expect(known.length).toBeLessThan(cellCount);
      const flat = cells.flatMap(({ away, least, veil, own, colour }) =>
        away === Infinity ? [0, 0, 0, 0, 0, 0, 0, 0] : [1, least, veil, own, ...colour, away],
      );
      expect(worst(ours, flat)).toBeLessThan(1e-3);
    }
  });

  it.each(allFormats)('fit the same skin over luma in format %i', (format) => {
    for (const seed of [5, 6]) {
      const { ours, nodes } = nodesOf(makePicture(format, 80, 64, 12, seed, 'smooth'), seed);
      expect(
        worst(
          ours,
          nodes.flatMap(({ slope, base, veil, own }) => [slope, base, veil, own]),
        ),
      ).toBeLessThan(1e-3);
    }
  });

  it.each(allFormats)('give the same alpha and the same veil in format %i', (format) => {
    for (const [seed, whole] of [
      [7, false],
      [8, true],
    ] as const) {
      const picture = makePicture(format, 80, 64, 12, seed, 'smooth');
      const { nodes, ptr } = nodesOf(picture, seed);
      const patch = makePatch(72, 60, 3, seed);
      const [patchPtr, veilPtr] = [put(memory, patch.data), memory.allocate(72 * 60)];
      // The patch begins at (4, 3) of the picture.
      const round = { ...grid, left: grid.left + 4, top: grid.top + 3 };
      const offset = 3 * picture.strideBytes + 4 * kernelPixelBytes(format);
      const target = { ptr: patchPtr, strideBytes: patch.strideValues * 2, widthPx: 72, heightPx: 60 };
      kernel.apply(
        format,
        ptr + offset,
        chromaPtr(picture, ptr) + offset,
        picture.strideBytes,
        target,
        grid,
        round.left,
        round.top,
        nodesPtr,
        veilPtr,
        whole,
      );
      const expected = applyRimTwin(moved(picture, offset), patch, nodes, round, whole);
      expect(worst(memory.u8.slice(veilPtr, veilPtr + 72 * 60), expected)).toBeLessThan(1.01);
      const ours = memory.u16.slice(patchPtr >> 1, (patchPtr >> 1) + patch.data.length);
      expect(worst(ours, patch.data)).toBeLessThan(1.5 * 256);
    }
  });

  it('hold the veil to the person alike, turned and beyond the edges of the matte', () => {
    const side = 16;
    for (const seed of [11, 12, 13]) {
      const next = noise(seed);
      const matte = Uint8Array.from({ length: side * side }, () => Math.floor(next() * 256));
      const nodes = Array.from({ length: cellCount }, () => ({
        slope: next(),
        base: next(),
        veil: next(),
        own: next(),
      }));
      const map = [1.3 - next(), next() - 0.5, -3 * next(), next() - 0.5, 2.4 - next(), -2 * next()] as const;
      memory.f32.set(
        nodes.flatMap(({ slope, base, veil, own }) => [slope, base, veil, own]),
        nodesPtr >> 2,
      );
      kernel.holdToPerson(nodesPtr, grid, put(memory, matte), side, put(memory, Float32Array.from(map)));
      const held = holdToPersonTwin(nodes, grid.columns, matte, side, map);
      expect(held.some(({ veil }) => veil === 0) && held.some(({ veil }) => veil > 0.5)).toBe(true);
      expect(
        worst(
          memory.f32.slice(nodesPtr >> 2, (nodesPtr >> 2) + cellCount * 4),
          held.flatMap(({ slope, base, veil, own }) => [slope, base, veil, own]),
        ),
      ).toBeLessThan(2e-3);
    }
  });

  it('know skin whose red the camera has clipped, and grey of the same brightness as none', () => {
    // U Y V Y of skin with red held at 255, in light that is brighter by a quarter than what is expected; and of grey.
    const clipped = [107, 206, 140, 206],
      grey = [128, 206, 128, 206];
    const colour: [number, number, number] = [170, 108, 156];
    const skinOf = (pixel: readonly number[]): number => {
      const picture = makePicture(0, 80, 64, 12, 9, 'smooth');
      for (let i = 0; i < picture.bytes.length; i++) picture.bytes[i] = pixel[i % 4]!;
      const ptr = put(memory, picture.bytes);
      memory.f32.set(Array.from({ length: cellCount }, () => [1, 0.46, 1, 0, ...colour, 0]).flat(), fieldsPtr >> 2);
      const { widthPx, heightPx, strideBytes, format } = picture;
      const source = { ptr, chromaPtr: 0, strideBytes, widthPx, heightPx, format };
      kernel.nodes(source, grid, grid.left, grid.top, fieldsPtr, nodesPtr, scratchPtr);
      const node = (nodesPtr >> 2) + (4 * grid.columns + 5) * 4;
      return memory.f32[node + 1]!;
    };
    expect(skinOf(clipped)).toBe(1);
    expect(skinOf(grey)).toBe(0);
  });

  it('lay the veil whole under half-drawn skin: over the same tone no ring shows', () => {
    const picture = makePicture(0, 80, 64, 12, 9, 'smooth');
    const ptr = put(memory, picture.bytes);
    const patch = makePatch(80, 60, 3, 9);
    for (let i = 3; i < patch.data.length; i += 4) patch.data[i] = 32640;
    const [patchPtr, veilPtr] = [put(memory, patch.data), memory.allocate(80 * 60)];
    // Skin whatever the colour, three fifths of a veil, and nothing is kept but by the picture.
    memory.f32.set(Array.from({ length: cellCount }, () => [0, 1, 0.6, 0]).flat(), nodesPtr >> 2);
    const target = { ptr: patchPtr, strideBytes: patch.strideValues * 2, widthPx: 80, heightPx: 60 };
    kernel.apply(0, ptr, 0, picture.strideBytes, target, grid, grid.left, grid.top, nodesPtr, veilPtr, false);
    expect(new Set(memory.u8.slice(veilPtr, veilPtr + 80 * 60))).toEqual(new Set([153]));
  });
});

/** The picture from a pixel on. */
const moved = (picture: TwinPicture, offset: number): TwinPicture => ({
  ...picture,
  bytes: picture.bytes.subarray(offset),
});
