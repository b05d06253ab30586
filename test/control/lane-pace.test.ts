import { describe, expect, it } from 'vitest';
import { LaneLinks } from '../../server/control/lane-links.js';
import type { IpcChannel, IpcMessage } from '../../server/ipc/channel.js';

const mix = '/understudy/lane/cam-a/likeness/mix01';
const bypass = '/understudy/output/cam-a/output/bypass';

/** A lane that connected and keeps what it is sent. */
function connected(): { links: LaneLinks; got: Record<string, unknown>[] } {
  const got: Record<string, unknown>[] = [];
  const channel = {
    onMessage: () => {},
    onClose: () => {},
    send: (head: IpcMessage['head']) => {
      if (head.type === 'params') got.push(head['values'] as Record<string, unknown>);
      return true;
    },
    close: () => {},
  } as unknown as IpcChannel;
  const links = new LaneLinks(
    {
      greet: () => [],
      laneChanged: () => {},
      laneLost: () => {},
      alarm: () => {},
      wanted: () => ({ want: [], maxFps: 0, widthPx: 0, meshes: false }),
    } as unknown as ConstructorParameters<typeof LaneLinks>[0],
    () => ({ preview: () => {}, mesh: () => {} }),
  );
  links.accept(channel);
  channel.onMessage({ head: { type: 'lane-hello', laneId: 'cam-a' }, payload: new Uint8Array() } as never);
  return { links, got };
}

describe('values on their way to a lane', () => {
  it('a fader that moves a thousand times a second costs a few messages, and its last value arrives', async () => {
    const { links, got } = connected();
    for (let n = 1; n <= 1000; n += 1) links.sendValues('cam-a', { [mix]: n / 1000 });
    expect(got).toEqual([{ [mix]: 0.001 }]);
    await expect.poll(() => got.at(-1)).toEqual({ [mix]: 1 });
    expect(got.length).toBeLessThan(4);
    links.close();
  });
  it('bypass goes at once, whatever waits', () => {
    const { links, got } = connected();
    links.sendValues('cam-a', { [mix]: 0.1 });
    links.sendValues('cam-a', { [mix]: 0.2 });
    links.sendValues('cam-a', { [bypass]: true });
    expect(got).toEqual([{ [mix]: 0.1 }, { [bypass]: true }]);
    links.close();
  });
});
