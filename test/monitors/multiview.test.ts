import jpegTurbo from '@julusian/jpeg-turbo';
import { beforeEach, describe, expect, it } from 'vitest';
import { fitInto, gridOf } from '../../server/monitors/grid.js';
import { multiviewParams } from '../../server/monitors/multiview-params.js';
import { slateParams } from '../../server/monitors/params.js';
import { MemoryNdi } from '../../server/ndi/memory.js';
import type { NdiReceiver } from '../../server/ndi/port.js';
import { snapshotOf } from '../../server/params/define.js';
import type { Multiview, MultiviewSettings } from '../../server/pipeline/multiview.js';
import { MultiviewPictures } from '../../server/pipeline/multiview-pictures.js';
import { wireMultiview } from '../../server/pipeline/wire-multiview.js';
import type { ParamValue } from '../../server/protocol/descriptors.js';
import type { TileFacts } from '../../server/protocol/multiview-link.js';
import { SimulatedClock } from '../../server/time/clock.js';

const [widthPx, heightPx] = [1280, 720];
const colours = [
  [200, 30, 40],
  [30, 180, 60],
  [40, 60, 210],
  [190, 180, 40],
] as const;
const cameras = colours.map((_, n) => `cam-${n + 1}`);
let clock: SimulatedClock;
let ndi: MemoryNdi;
let multiview: Multiview;
let settings: MultiviewSettings;

const settingsOf = (values: Record<string, ParamValue>): MultiviewSettings => ({
  multiview: snapshotOf(
    multiviewParams,
    'output/wall',
    Object.fromEntries(
      Object.entries(values).map(([name, value]) => [`/understudy/output/wall/multiview/${name}`, value]),
    ),
  ),
  slate: snapshotOf(slateParams, 'show', { '/understudy/show/slate/scene': '12A', '/understudy/show/slate/take': 3 }),
});
function open(values: Record<string, ParamValue> = {}): void {
  clock = new SimulatedClock(1e9);
  ndi = new MemoryNdi({ clock });
  settings = settingsOf(values);
  const tiles = cameras.map((laneId) => ({ laneId, label: laneId.toUpperCase() }));
  const options = { id: 'wall', tiles, outputName: 'Wall', groups: null, widthPx, heightPx, framesPerSecond: 25 };
  ({ multiview } = wireMultiview(options, ndi, clock, '<ndi_product/>', () => settings));
}
const facts = (laneId: string, more: Partial<TileFacts> = {}): TileFacts => ({
  ...{ laneId, label: laneId.toUpperCase(), receiving: true, step: 'likeness', onProgram: false, onPreview: false },
  ...{ delayFrames: 2, delayMs: 81, ...more },
});
const flat = (pictureWidthPx: number, pictureHeightPx: number, [red, green, blue]: readonly number[]) => {
  const bgrx = new Uint8Array(pictureWidthPx * pictureHeightPx * 4);
  for (let i = 0; i < bgrx.length; i += 4) bgrx.set([blue!, green!, red!, 255], i);
  return { bgrx, widthPx: pictureWidthPx, heightPx: pictureHeightPx };
};
const showAll = (): void =>
  cameras.forEach((laneId, n) => {
    multiview.take(facts(laneId));
    multiview.picture(laneId, 'output', flat(640, 360, colours[n]!), '01:02:03:04');
  });

interface Seen {
  readonly pixels: Uint8Array;
  readonly metadata: string;
}
const watch = (name = 'Wall'): NdiReceiver =>
  ndi.createReceiver({ source: { name }, receiverName: 'test', color: 'fastest', allowFields: true });
async function seen(receiver: NdiReceiver): Promise<Seen | null> {
  let last: Seen | null = null;
  for (;;) {
    const captured = await receiver.capture(0);
    if (captured.kind === 'none') return last;
    if (captured.kind !== 'video') continue;
    last = { pixels: captured.video.pixels.slice(), metadata: captured.video.metadata ?? '' };
    captured.video.release();
  }
}
const rgbAt = ({ pixels }: Seen, x: number, y: number): number[] => {
  const at = (y * widthPx + x) * 4;
  return [pixels[at + 2]!, pixels[at + 1]!, pixels[at]!];
};
/** Where the tiles lie, as the picture itself says: the header is as high as the first row that has a border. */
const headerPxOf = (picture: Seen): number => {
  let y = 0;
  while (Math.max(...rgbAt(picture, 4, y)) < 40) y++;
  return y - 2;
};
const brightest = ({ pixels }: Seen, x0: number, x1: number, y0: number, y1: number): number => {
  let most = 0;
  for (let y = y0; y < y1; y++) for (let x = x0; x < x1; x++) most = Math.max(most, pixels[(y * widthPx + x) * 4]!);
  return most;
};

describe('a multiview', () => {
  beforeEach(() => open());

  it("shows each camera's picture in its own tile, undistorted, with black round it", async () => {
    const receiver = watch();
    showAll();
    multiview.tick();
    const picture = (await seen(receiver))!;
    const cells = gridOf(4, widthPx, heightPx, headerPxOf(picture));
    cells.forEach((cell, n) => {
      const box = fitInto(cell.picture, 16 / 9);
      for (const [x, y] of [
        [box.x0 + 2, box.y0 + 2],
        [box.x1 - 3, box.y1 - 3],
        [(box.x0 + box.x1) >> 1, (box.y0 + box.y1) >> 1],
      ] as const)
        expect(rgbAt(picture, x, y)).toEqual([...colours[n]!]);
      if (box.x0 - cell.picture.x0 > 2) expect(rgbAt(picture, box.x0 - 2, box.y0 + 4)).toEqual([0, 0, 0]);
    });
  });

  it('has red round the tile on programme, green round the one on preview, and follows a cut', async () => {
    const receiver = watch();
    showAll();
    multiview.take(facts('cam-1', { onProgram: true }));
    multiview.take(facts('cam-2', { onPreview: true }));
    multiview.tick();
    let picture = (await seen(receiver))!;
    const cells = gridOf(4, widthPx, heightPx, headerPxOf(picture));
    const borderAt = (n: number): number[] => rgbAt(picture, cells[n]!.border.x0 + 1, cells[n]!.border.y0 + 20);
    expect([0, 1, 2].map(borderAt)).toEqual([
      [225, 20, 20],
      [0, 175, 60],
      [46, 46, 50],
    ]);
    multiview.take(facts('cam-1'));
    multiview.take(facts('cam-2', { onProgram: true }));
    clock.advanceUs(40_000);
    multiview.tick();
    picture = (await seen(receiver))!;
    expect([0, 1].map(borderAt)).toEqual([
      [46, 46, 50],
      [225, 20, 20],
    ]);
  });

  it('bears the mark above the tiles, and in its metadata, as long as it shows outputs', async () => {
    const receiver = watch();
    multiview.tick();
    const picture = (await seen(receiver))!;
    expect(picture.metadata).toContain('ai="modified"');
    const headerPx = headerPxOf(picture);
    expect(brightest(picture, widthPx / 2, widthPx, 0, headerPx)).toBe(255);
    // Above the tiles, not in them.
    for (const cell of gridOf(4, widthPx, heightPx, headerPx)) expect(cell.border.y0).toBeGreaterThan(headerPx);
  });

  it('of plain cameras is named and marked as plain, and never says AI', async () => {
    open({ shows: 'cameras' });
    expect((await seen(watch('Wall')))?.metadata).toBeUndefined();
    const receiver = watch('Wall PLAIN');
    multiview.take(facts('cam-1'));
    multiview.picture('cam-1', 'input', flat(640, 360, colours[0]), '');
    multiview.tick();
    const { metadata } = (await seen(receiver))!;
    expect(metadata).toContain('kind="plain"');
    expect(metadata).not.toMatch(/\bai=|AI/);
  });

  it('says of a camera that is lost that there is none, and goes on with the others', async () => {
    const receiver = watch();
    showAll();
    multiview.take(facts('cam-3', { receiving: false }));
    multiview.tick();
    const picture = (await seen(receiver))!;
    const cells = gridOf(4, widthPx, heightPx, headerPxOf(picture));
    const centre = (n: number): [number, number] => {
      const { x0, x1, y0, y1 } = cells[n]!.picture;
      return [(x0 + x1) >> 1, (y0 + y1) >> 1];
    };
    expect(rgbAt(picture, centre(2)[0], cells[2]!.picture.y0 + 10)).toEqual([18, 18, 20]);
    expect(rgbAt(picture, ...centre(1))).toEqual([...colours[1]]);
  });

  it('writes under a tile what is asked for, and nothing else changes the picture', async () => {
    const receiver = watch();
    showAll();
    multiview.tick();
    const plain = (await seen(receiver))!;
    settings = settingsOf({ delay: true, slate: true });
    clock.advanceUs(40_000);
    multiview.tick();
    const written = (await seen(receiver))!;
    const headerPx = headerPxOf(plain);
    const cells = gridOf(4, widthPx, heightPx, headerPx);
    for (let y = headerPx; y < heightPx; y++) {
      const inCaption = cells.some(({ caption }) => y >= caption.y0 && y < caption.y1);
      const row = (seenPicture: Seen): Buffer =>
        Buffer.from(seenPicture.pixels.subarray(y * widthPx * 4, (y + 1) * widthPx * 4));
      if (!inCaption) expect(row(written).equals(row(plain))).toBe(true);
    }
    const [first] = cells;
    const ink = (of: Seen): number => {
      let sum = 0;
      for (let y = first!.caption.y0; y < first!.caption.y1; y++)
        for (let x = first!.caption.x0; x < first!.caption.x1; x++) sum += of.pixels[(y * widthPx + x) * 4]!;
      return sum;
    };
    expect(ink(written)).toBeGreaterThan(ink(plain) * 1.2);
    expect(brightest(plain, 0, 300, 0, headerPx)).toBe(0);
    expect(brightest(written, 0, 300, 0, headerPx)).toBe(255);
  });

  it('calls a picture old when no new one comes', async () => {
    const receiver = watch();
    showAll();
    multiview.tick();
    const fresh = (await seen(receiver))!;
    clock.advanceUs(4_000_000);
    multiview.tick();
    const old = (await seen(receiver))!;
    const [cell] = gridOf(4, widthPx, heightPx, headerPxOf(fresh));
    const caption = ({ pixels }: Seen): Buffer =>
      Buffer.from(pixels.subarray(cell!.caption.y0 * widthPx * 4, cell!.caption.y1 * widthPx * 4));
    expect(caption(old).equals(caption(fresh))).toBe(false);
    expect(rgbAt(old, 300, 200)).toEqual(rgbAt(fresh, 300, 200));
  });

  it('sends when something changed, seldom when nothing did, and nothing while nobody watches', async () => {
    multiview.tick();
    expect(multiview.status(0).framesSent).toBe(0);
    const receiver = watch();
    const sentIn = (ticks: number): number => {
      const before = multiview.status(0).framesSent;
      for (let n = 0; n < ticks; n++) {
        clock.advanceUs(40_000);
        multiview.tick();
      }
      return multiview.status(0).framesSent - before;
    };
    sentIn(30);
    expect(sentIn(50)).toBeLessThanOrEqual(4);
    multiview.picture('cam-1', 'output', flat(640, 360, colours[2]), '01:02:03:05');
    expect(sentIn(1)).toBe(1);
    expect(await seen(receiver)).not.toBeNull();
  });
});

describe('the pictures of a multiview', () => {
  const jpeg = (level: number): Uint8Array =>
    jpegTurbo.compressSync(Buffer.alloc(64 * 36 * 4, level), {
      ...{ format: jpegTurbo.FORMAT_RGBX, width: 64, height: 36, quality: 90 },
    });

  it('are decoded one at a time of each camera, the newest next, and what it replaces is counted', async () => {
    const got: [string, number, number][] = [];
    const pictures = new MultiviewPictures<number>((source, { bgrx }, key) => got.push([source, key, bgrx[400]!]));
    [1, 2, 3].forEach((key) => pictures.offer('a', jpeg(40 * key), key));
    pictures.offer('b', jpeg(200), 9);
    await expect.poll(() => got.length).toBe(3);
    expect(got.filter(([source]) => source === 'a').map(([, key]) => key)).toEqual([1, 3]);
    expect(pictures.dropped).toBe(1);
    expect(Math.abs(got.find(([, key]) => key === 3)![2] - 120)).toBeLessThan(4);
  });

  it('that are no pictures are counted, and those after them come', async () => {
    const got: number[] = [];
    const pictures = new MultiviewPictures<number>((_source, _picture, key) => got.push(key));
    pictures.offer('a', new Uint8Array([1, 2, 3]), 1);
    await expect.poll(() => pictures.dropped).toBe(1);
    pictures.offer('a', jpeg(90), 2);
    await expect.poll(() => got).toEqual([2]);
  });
});

describe('the grid', () => {
  it.each([1, 2, 3, 4, 6, 9, 16])('%i tiles lie inside the picture, beside each other, on even edges', (count) => {
    const cells = gridOf(count, 1920, 1080, 94);
    expect(cells).toHaveLength(count);
    for (const { border, picture, caption } of cells) {
      for (const edge of [...Object.values(border), ...Object.values(picture), ...Object.values(caption)])
        expect(edge % 2).toBe(0);
      expect(picture.x0).toBeGreaterThan(border.x0);
      expect(caption.y1).toBeLessThan(border.y1);
      expect(border.x1 <= 1920 && border.y1 <= 1080 && border.y0 > 94).toBe(true);
    }
    for (const a of cells)
      for (const b of cells)
        if (a !== b)
          expect(
            a.border.x1 <= b.border.x0 ||
              b.border.x1 <= a.border.x0 ||
              a.border.y1 <= b.border.y0 ||
              b.border.y1 <= a.border.y0,
          ).toBe(true);
  });
});
