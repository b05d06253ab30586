import { describe, expect, it } from 'vitest';
import { Pictures, type Picture } from '../../../control-ui/link/pictures.js';
import type { PreviewFrame } from '../../../server/protocol/binary.js';
import type { ClientMessage } from '../../../server/protocol/messages.js';

interface NumberedPicture extends Picture {
  readonly number: number;
}

const frame = (frameNumber: number): PreviewFrame => ({
  kind: 1,
  laneId: 'cam-a',
  which: 'output',
  frameNumber,
  captureAtUs: 0,
  jpeg: Uint8Array.of(frameNumber),
});
const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

function build(broken: readonly number[] = []) {
  const sent: ClientMessage[] = [];
  const refreshes: (() => void)[] = [];
  const closed: number[] = [];
  const pictures = new Pictures<NumberedPicture>({
    decode: async (jpeg) => {
      const number = jpeg[0]!;
      if (broken.includes(number)) throw new Error('damaged');
      return { number, width: 2, height: 1, close: () => closed.push(number) };
    },
    beforeDraw: (run) => refreshes.push(run),
    send: (message) => sent.push(message),
    maxFps: 15,
  });
  const refresh = async (): Promise<void> => {
    await settle();
    for (const run of refreshes.splice(0)) run();
    await settle();
  };
  const drawn = (): number[] => sent.flatMap((message) => (message.type === 'drawn' ? [message.frameNumber] : []));
  const wants = () => sent.flatMap((message) => (message.type === 'previews' ? [message] : []));
  return { pictures, sent, closed, refresh, drawn, wants };
}

describe('live pictures', () => {
  it('draw the newest, drop what came meanwhile, and acknowledge both', async () => {
    const { pictures, closed, refresh, drawn } = build();
    const seen: number[] = [];
    pictures.watch('cam-a', 'output', 640, (picture) => seen.push(picture.number));
    pictures.accept(frame(1));
    pictures.accept(frame(2));
    pictures.accept(frame(3));
    expect(drawn()).toEqual([2]);
    await refresh();
    await refresh();
    expect(seen).toEqual([1, 3]);
    expect(drawn()).toEqual([2, 1, 3]);
    expect(closed).toEqual([1]);
  });

  it('acknowledge only once drawn, so that a slow screen slows the server', async () => {
    const { pictures, refresh, drawn } = build();
    pictures.watch('cam-a', 'output', 640, () => undefined);
    pictures.accept(frame(1));
    await settle();
    expect(drawn()).toEqual([]);
    await refresh();
    expect(drawn()).toEqual([1]);
  });

  it('go on after a damaged picture', async () => {
    const { pictures, refresh, drawn } = build([1]);
    const seen: number[] = [];
    pictures.watch('cam-a', 'output', 640, (picture) => seen.push(picture.number));
    pictures.accept(frame(1));
    await refresh();
    pictures.accept(frame(2));
    await refresh();
    expect(seen).toEqual([2]);
    expect(drawn()).toEqual([1, 2]);
  });

  it('are asked for only while somebody watches and the tab is seen', async () => {
    const { pictures, wants } = build();
    const stop = pictures.watch('cam-a', 'output', 700, () => undefined);
    pictures.watch('cam-a', 'input', 400, () => undefined);
    await settle();
    expect(wants()).toHaveLength(1);
    expect(wants()[0]).toMatchObject({ widthPx: 700, maxFps: 15, want: [{ which: 'output' }, { which: 'input' }] });
    pictures.setVisible(false);
    expect(wants().at(-1)!.want).toEqual([]);
    pictures.setVisible(true);
    stop();
    await settle();
    expect(wants().at(-1)!.want).toEqual([{ laneId: 'cam-a', which: 'input' }]);
  });

  it('show the latest picture to a new watcher at once', async () => {
    const { pictures, refresh } = build();
    pictures.watch('cam-a', 'output', 640, () => undefined);
    pictures.accept(frame(5));
    await refresh();
    let seen = 0;
    pictures.watch('cam-a', 'output', 640, (picture) => (seen = picture.number));
    expect(seen).toBe(5);
  });
});
