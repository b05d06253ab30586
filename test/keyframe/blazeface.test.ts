import { describe, expect, it } from 'vitest';
import { fakeSessions } from '../../server/onnx/fake.js';
import type { Tensors } from '../../server/onnx/port.js';
import {
  decodeGrid,
  mergeOverlapping,
  overlap01,
  type RawFace,
} from '../../server/stages/keyframe/analysis/blazeface.js';
import { FaceDetector } from '../../server/stages/keyframe/analysis/face-detector.js';

const face = (x0: number, y0: number, x1: number, y1: number, score01: number): RawFace => ({
  box: { x0, y0, x1, y1 },
  keyPoints: new Float32Array(12).fill(x0),
  score01,
});

/** A network that sees a face wherever the picture is red: the first anchor of a coarse cell, a box 64 wide around its centre. */
const findsRed = fakeSessions({
  'blazeface-back': ({ image }, { scores16, scores32, boxes32 }) => {
    scores16!.fill(-50);
    scores32!.fill(-50);
    boxes32!.fill(0);
    for (let cell = 0; cell < 64; cell++) {
      const x = (cell % 8) * 32 + 16,
        y = Math.floor(cell / 8) * 32 + 16;
      if (image![(y * 256 + x) * 3]! < 0.5 || image![(y * 256 + x) * 3 + 1]! > 0) continue;
      scores32![cell * 6] = 3;
      boxes32!.set([0, 0, 64, 32, -10, -4, 10, -4], cell * 6 * 16);
    }
  },
});

/** A black picture with a red square at (x, y) that the network sees 40 pixels wide. */
function withRedSpot(widthPx: number, heightPx: number, x: number, y: number): Uint8Array {
  const data = new Uint8Array(widthPx * heightPx * 3);
  const sidePx = (40 * Math.max(widthPx, heightPx)) / 256;
  for (let v = y; v < y + sidePx; v++) for (let u = x; u < x + sidePx; u++) data[(v * widthPx + u) * 3] = 255;
  return data;
}

describe('BlazeFace decoding', () => {
  it("places a box and its points at the anchor's cell", () => {
    const scores = new Float32Array(16 * 16 * 2).fill(-9),
      boxes = new Float32Array(512 * 16);
    const row = (3 * 16 + 5) * 2 + 1;
    scores[row] = 0;
    boxes.set([2, -1, 20, 30, 1, 2], row * 16);
    const faces: RawFace[] = [];
    decodeGrid(faces, { cells: 16, anchorsPerCell: 2, sidePx: 256 }, scores, boxes, 0.5);
    expect(faces).toHaveLength(1);
    expect(faces[0]!.box).toEqual({ x0: 88 + 2 - 10, y0: 56 - 1 - 15, x1: 88 + 2 + 10, y1: 56 - 1 + 15 });
    expect([...faces[0]!.keyPoints.subarray(0, 4)]).toEqual([89, 58, 88, 56]);
    expect(faces[0]!.score01).toBe(0.5);
  });

  it('ignores scores that are not numbers', () => {
    const faces: RawFace[] = [];
    decodeGrid(
      faces,
      { cells: 8, anchorsPerCell: 6, sidePx: 256 },
      new Float32Array(384).fill(NaN),
      new Float32Array(384 * 16),
      0.5,
    );
    expect(faces).toEqual([]);
  });

  it('joins boxes that overlap, weighted by score, and keeps the others apart, best first', () => {
    const merged = mergeOverlapping(
      [face(200, 0, 240, 40, 0.6), face(0, 0, 40, 40, 0.9), face(4, 0, 44, 40, 0.3)],
      0.3,
    );
    expect(merged.map(({ score01 }) => score01)).toEqual([0.9, 0.6]);
    expect(merged[0]!.box.x0).toBeCloseTo(1, 6);
    expect(overlap01(face(0, 0, 10, 10, 1).box, face(5, 0, 15, 10, 1).box)).toBeCloseTo(1 / 3, 6);
  });
});

describe('the detector', () => {
  it.each([
    [512, 512, 300, 200],
    [1280, 720, 900, 400],
    [300, 900, 120, 700],
  ])('gives boxes in the pixels of a %i×%i picture', async (width, height, x, y) => {
    const detector = await FaceDetector.create(findsRed, { whenNothingFound: 'give-up' });
    const [found] = await detector.detect(withRedSpot(width, height, x, y), width, height);
    const scale = Math.max(width, height) / 256;
    expect(Math.abs((found!.box.x0 + found!.box.x1) / 2 - (x + 20 * scale))).toBeLessThan(20 * scale);
    expect(Math.abs((found!.box.y0 + found!.box.y1) / 2 - (y + 20 * scale))).toBeLessThan(20 * scale);
    expect(found!.box.x1 - found!.box.x0).toBeCloseTo(64 * scale, 3);
    expect(found!.keyPoints[2]! - found!.keyPoints[0]!).toBeCloseTo(20 * scale, 3);
  });

  it('answers calls of different sizes in order', async () => {
    const detector = await FaceDetector.create(findsRed);
    const sizes = [
      [256, 256],
      [512, 300],
      [256, 256],
      [640, 640],
    ] as const;
    const answers = await Promise.all(
      sizes.map(([width, height]) => detector.detect(withRedSpot(width, height, 100, 100), width, height)),
    );
    answers.forEach(([found], i) =>
      expect(found!.box.x1 - found!.box.x0).toBeCloseTo((64 * Math.max(...sizes[i]!)) / 256, 3),
    );
  });

  it('finds a face that lies on its side, only when nothing stands upright, and gives its points in the picture', async () => {
    let passes = 0;
    // Sees the face only when the red spot is in the top left quarter: true after one of the two turns.
    const sideways = fakeSessions({
      'blazeface-back': ({ image }, { scores16, scores32, boxes32 }) => {
        passes++;
        scores16!.fill(-50);
        scores32!.fill(-50);
        if (image![(48 * 256 + 48) * 3]! < 0.5) return;
        scores32![(1 * 8 + 1) * 6] = 3;
        boxes32!.set([0, 0, 40, 40, -10, -5, 10, -5], (1 * 8 + 1) * 6 * 16);
      },
    });
    const detector = await FaceDetector.create(sideways);
    // Bottom left comes to the top left by a quarter turn clockwise.
    const [found] = await detector.detect(withRedSpot(256, 256, 28, 168), 256, 256);
    expect(passes).toBe(3);
    expect([found!.box.x0, found!.box.y0, found!.box.x1, found!.box.y1]).toEqual([28, 188, 68, 228]);
    // Eyes that are level in the turned picture stand one above the other in this one.
    expect([...found!.keyPoints.subarray(0, 4)]).toEqual([43, 218, 43, 198]);
    passes = 0;
    await detector.detect(withRedSpot(256, 256, 28, 28), 256, 256);
    expect(passes).toBe(1);
  });

  it('gives a wide picture to the wide network, without bars, and turns it in the square one, one way at a time', async () => {
    const seen: string[] = [];
    const blank = (name: string, cells: number) => ({
      [name]: ({ image }: Tensors, { scores16, scores32 }: Tensors) => {
        seen.push(name);
        scores16!.fill(-50);
        scores32!.fill(-50);
        expect(image!.length).toBe(cells * 32 * 256 * 3);
      },
    });
    const create = fakeSessions({ ...blank('blazeface-wide', 5), ...blank('blazeface-back', 8) });
    const opened: string[] = [];
    const detector = await FaceDetector.create(
      (id) => {
        opened.push(id);
        return create(id);
      },
      { wide: true, whenNothingFound: 'alternate-quarter-turns' },
    );
    expect(opened).toEqual(['blazeface-wide']);
    await detector.detect(new Uint8Array(256 * 144 * 3), 256, 144);
    await detector.detect(new Uint8Array(256 * 144 * 3), 256, 144);
    expect(seen).toEqual(['blazeface-wide', 'blazeface-back', 'blazeface-wide', 'blazeface-back']);
    seen.length = 0;
    await detector.detect(new Uint8Array(256 * 192 * 3), 256, 192);
    expect(seen).toEqual(['blazeface-back', 'blazeface-back']);
    await detector.close();
  });

  it.each([
    [256, 144, 180, 60],
    [1920, 1080, 400, 500],
  ])('gives boxes of the wide network in the pixels of a %i×%i picture', async (width, height, x, y) => {
    const findsRedWide = fakeSessions({
      'blazeface-wide': ({ image }, { scores16, scores32, boxes32 }) => {
        scores16!.fill(-50);
        scores32!.fill(-50);
        for (let cell = 0; cell < 40; cell++) {
          const at = ((Math.floor(cell / 8) * 32 + 16) * 256 + (cell % 8) * 32 + 16) * 3;
          if (image![at]! < 0.5 || image![at + 1]! > 0) continue;
          scores32![cell * 6] = 3;
          boxes32!.set([0, 0, 64, 32], cell * 6 * 16);
        }
      },
    });
    const detector = await FaceDetector.create(findsRedWide, { wide: true, whenNothingFound: 'give-up' });
    const [found] = await detector.detect(withRedSpot(width, height, x, y), width, height);
    const scale = width / 256;
    expect(Math.abs((found!.box.x0 + found!.box.x1) / 2 - (x + 20 * scale))).toBeLessThan(20 * scale);
    expect(Math.abs((found!.box.y0 + found!.box.y1) / 2 - (y + 20 * scale))).toBeLessThan(20 * scale);
    expect(found!.box.x1 - found!.box.x0).toBeCloseTo(64 * scale, 3);
  });
});
