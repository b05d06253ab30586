import { beforeAll, describe, expect, it } from 'vitest';
import { type Garbage, measureGarbage } from '../bench/garbage.js';

/** Pictures measured, with one face, its likeness by the mesh engine, and real inference. */
const frames = 150;
/** Bytes a picture may leave to the collector. At 50 pictures a second 2 MB/s: V8 clears the young heap about every eight seconds. */
const mostBytesPerFrame = 40_000;
/** What may stay of all pictures together: code that was compiled meanwhile (0.4 MB after 500 pictures), and no picture's own 4 kB. */
const mostGrownBytes = 600_000;

describe('garbage on the frame path with a face on screen', () => {
  let garbage: Garbage;
  beforeAll(async () => {
    garbage = await measureGarbage(frames);
  }, 60_000);

  it('stays below the bound per picture', () => {
    const sorted = [...garbage.bytes].sort((a, b) => a - b);
    expect(sorted.length).toBeGreaterThan(frames / 2);
    expect(sorted[sorted.length >> 1]).toBeLessThan(mostBytesPerFrame);
  });
  it('causes no major collection', () => {
    expect(garbage.major).toBe(0);
  });
  it('does not stay', () => {
    expect(garbage.grownBytes).toBeLessThan(mostGrownBytes);
  });
});
