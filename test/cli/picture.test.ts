import { describe, expect, it } from 'vitest';
import { createCanvas, loadImage } from '@napi-rs/canvas';
import { judgeStill } from '../../server/cli/still.js';
import { timecodeText } from '../../server/cli/ndi/frame-watch.js';
import { readMark } from '../../server/cli/ndi/mark.js';
import { isBlack, toRgba, type Picture } from '../../server/cli/ndi/picture.js';
import { findPlate } from '../../server/cli/ndi/plate.js';
import { addPngText, readPngText } from '../../server/cli/ndi/png-text.js';
import { naturalStrideBytes, pictureBytes, yuvMatrixOf, type PixelFormat } from '../../server/frame/format.js';
import { asComposited, type ReceivedFrame } from '../../server/frame/frames.js';
import { layRows, paintRows } from '../../server/frame/paint.js';
import type { NdiVideoFrame } from '../../server/ndi/port.js';
import type { Corner, LabelFacts } from '../../server/stages/label/contract.js';
import { LabelStage } from '../../server/stages/label/stage.js';
import { instantUs } from '../../server/time/time.js';

const pictureFormats: readonly PixelFormat[] = ['UYVY', 'UYVA', 'BGRA', 'BGRX', 'RGBA', 'P216'];

type Shade = (x: number, y: number) => readonly [number, number, number];
const grey: Shade = () => [128, 128, 128];
const black: Shade = () => [0, 0, 0];
const busy: Shade = (x, y) => (((x >> 3) + (y >> 3)) % 2 ? [255, 255, 255] : [0, 0, 0]);
const colours: Shade = (x, y) => [(x * 255) / 640, (y * 255) / 360, 255 - (x * 255) / 640];

function picture(
  format: PixelFormat,
  shade: Shade,
  widthPx = 640,
  heightPx = 360,
  strideBytes = naturalStrideBytes(format, widthPx),
): Picture {
  const rgba = new Uint8Array(widthPx * heightPx * 4);
  for (let y = 0, i = 0; y < heightPx; y++) for (let x = 0; x < widthPx; x++, i += 4) rgba.set(shade(x, y), i);
  const rows = paintRows(rgba, widthPx, heightPx, format, yuvMatrixOf(widthPx, heightPx, null));
  const pixels = new Uint8Array(pictureBytes(format, heightPx, strideBytes));
  layRows(rows, pixels, strideBytes, heightPx, format, 0, 0);
  return { widthPx, heightPx, strideBytes, format, pixels };
}

const facts: LabelFacts = { step: 'likeness', likenessId: 'older', consentId: 'c<1>', delayFrames: 2, corner: 'auto' };

/** Labelled by the server's own label stage. */
function labelled(shown: Picture, corner: Corner): string {
  const video = { ...shown, hasMetadata: false, metadata: null } as unknown as NdiVideoFrame;
  const received: ReceivedFrame = {
    frameNumber: 1,
    captureAtUs: instantUs(0),
    video,
    pixels: shown.pixels,
    shape: { ...shown, pictureAspectRatio: 16 / 9, frameRateNum: 25, frameRateDen: 1 },
    matrix: yuvMatrixOf(shown.widthPx, shown.heightPx, null),
  };
  const stage = new LabelStage();
  const before = { ...received, video: { ...video, pixels: shown.pixels.slice() } };
  // The label goes to another corner only after that one was free for a while.
  for (let n = 0; n < 60; n++) stage.label(asComposited(before, 'likeness'), { ...facts, corner }, [], 0);
  return stage.label(asComposited(received, 'likeness'), { ...facts, corner }, [], 0).outgoingMetadata;
}

describe('the label in a picture', () => {
  it.each(pictureFormats)('is found in %s', (format) => {
    const shown = picture(format, colours);
    expect(findPlate(shown)).toBeNull();
    labelled(shown, 'top-right');
    const found = findPlate(shown);
    expect(found?.corner).toBe('top-right');
    expect(found?.contrast).toBeGreaterThan(15);
    expect(found?.glyphShare01).toBeGreaterThanOrEqual(0.05);
  });

  it.each(['top-left', 'bottom-right', 'bottom-left'] as const)('is found at %s', (corner) => {
    const shown = picture('UYVY', busy);
    labelled(shown, corner);
    expect(findPlate(shown)?.corner).toBe(corner);
  });

  it.each([
    [1920, 1080],
    [720, 576],
    [1080, 1920],
    [1281, 721],
  ])('is found at %i × %i, rows padded', (widthPx, heightPx) => {
    const shown = picture('UYVY', grey, widthPx & ~1, heightPx, naturalStrideBytes('UYVY', widthPx & ~1) + 64);
    labelled(shown, 'top-right');
    expect(findPlate(shown)?.corner).toBe('top-right');
  });

  it('is not seen in black, white, grey, busy or colourful pictures', () => {
    for (const shade of [black, grey, busy, colours, (): readonly [number, number, number] => [255, 255, 255]]) {
      expect(findPlate(picture('UYVY', shade))).toBeNull();
    }
  });

  it('is not seen where its glyphs were painted over, or where it shines through', () => {
    const covered = picture('UYVY', grey);
    labelled(covered, 'top-right');
    const half = covered.pixels.length / 4;
    const bare = picture('UYVY', grey);
    covered.pixels.set(bare.pixels.subarray(0, half), 0);
    expect(findPlate(covered)).toBeNull();
    const faint = picture('UYVY', grey);
    labelled(faint, 'top-right');
    for (let i = 1; i < faint.pixels.length; i += 2) faint.pixels[i] = 126 + (faint.pixels[i]! - 126) * 0.02 + 6;
    expect(findPlate(faint)).toBeNull();
  });
});

describe('black pictures', () => {
  it.each(pictureFormats)('are seen in %s, also under a label', (format) => {
    const shown = picture(format, black);
    expect(isBlack(shown)).toBe(true);
    labelled(shown, 'top-right');
    expect(isBlack(shown)).toBe(true);
    expect(isBlack(picture(format, grey))).toBe(false);
  });
  it('are not night scenes: a lit window in the dark is a picture', () => {
    expect(
      isBlack(picture('UYVY', (x, y) => (x > 200 && x < 400 && y > 100 && y < 250 ? [90, 80, 60] : [0, 0, 0]))),
    ).toBe(false);
  });
});

describe('the mark', () => {
  it('is read back as the label stage writes it', () => {
    const mark = readMark(
      `<ndi_metadata_group><cam/>${labelled(picture('UYVY', grey), 'top-right')}</ndi_metadata_group>`,
    );
    expect(mark).toMatchObject({
      kind: 'likeness',
      step: 'likeness',
      ai: 'modified',
      likeness: 'older',
      consent: 'c<1>',
      delayFrames: 2,
    });
  });
  it('is null where there is none', () => {
    expect(readMark(null)).toBeNull();
    expect(readMark('<ndi_product name="x"/>')).toBeNull();
  });
});

describe('a still', () => {
  const likeness = readMark('<understudy version="1" kind="likeness" step="likeness" delay_frames="0"/>');
  const plain = readMark('<understudy version="1" kind="plain" delay_frames="0"/>');
  const plate = { corner: 'top-right', contrast: 20, glyphShare01: 0.05 } as const;

  it('of a likeness without its visible label is never taken', () => {
    expect(() => judgeStill({ mark: likeness, plate: null }, 'Out', false)).toThrow(/visible label/);
    expect(() => judgeStill({ mark: likeness, plate: null }, 'Out', true)).toThrow(/visible label/);
  });
  it('is taken of labelled and of plain pictures, of a bare camera only when asked for', () => {
    judgeStill({ mark: likeness, plate }, 'Out', false);
    judgeStill({ mark: plain, plate: null }, 'Out', false);
    judgeStill({ mark: null, plate }, 'Out', false);
    expect(() => judgeStill({ mark: null, plate: null }, 'Cam', false)).toThrow(/no Understudy mark/);
    judgeStill({ mark: null, plate: null }, 'Cam', true);
  });
  it.each(pictureFormats)('has the colours of the %s picture', (format) => {
    const rgba = toRgba(picture(format, colours), null);
    for (const [x, y] of [
      [100, 50],
      [320, 180],
      [600, 340],
    ] as const) {
      const wanted = colours(x, y);
      // Rounding of 8-bit legal-range YUV, and chroma shared by two pixels.
      for (let c = 0; c < 3; c++) expect(Math.abs(rgba[(y * 640 + x) * 4 + c]! - wanted[c]!)).toBeLessThanOrEqual(4);
    }
  });
  it('carries its texts in a file that decoders still read', async () => {
    const canvas = createCanvas(8, 4);
    const png = addPngText(canvas.toBuffer('image/png'), {
      'Understudy Mark': '<understudy label="AI MODIFIED · AI 合成"/>',
      Source: 'A',
    });
    expect(readPngText(png)).toEqual({ 'Understudy Mark': '<understudy label="AI MODIFIED · AI 合成"/>', Source: 'A' });
    const image = await loadImage(png);
    expect([image.width, image.height]).toEqual([8, 4]);
  });
});

describe('timecode', () => {
  it('is shown as time of day and frame', () => {
    const oneHour = 36_000_000_000n;
    expect(timecodeText(20_000n * 864_000_000_000n + oneHour + 2_400_000n, 25)).toBe('01:00:00:06');
    expect(timecodeText(null, 25)).toBe('--:--:--:--');
  });
});
