import { get as httpGet } from 'node:http';
import { describe, expect, it } from 'vitest';
import { decodeBinary } from '../../server/protocol/binary.js';
import { type Page, bypass, connect, control, interval, lane, status, useControl } from './control-under-test.js';

useControl();

describe('the page', () => {
  it('is greeted with everything it draws from, and both pages hear a change once', async () => {
    const [one, two] = [await connect(), await connect()];
    expect(one.messages[0]).toMatchObject({
      type: 'hello',
      protocolVersion: 1,
      values: { [bypass]: false },
      notices: [expect.stringContaining('NDI®')],
    });
    one.say({ type: 'set', address: bypass, value: true });
    const heard = (page: Page): unknown[] => page.messages.filter((message) => message.type === 'params');
    await expect.poll(() => [heard(one).length, heard(two).length]).toEqual([1, 1]);
    expect(heard(two)).toEqual([{ type: 'params', changes: [{ address: bypass, value: true, by: 'page 1' }] }]);
  });

  it('is told the true value where its own was clamped to what stood already', async () => {
    control.desk.dispatcher.dispatch(interval, 60, 'test');
    const page = await connect();
    page.say({ type: 'set', address: interval, value: 999 });
    await expect
      .poll(() => page.messages.filter((message) => message.type === 'params').at(-1))
      .toMatchObject({ changes: [{ address: interval, value: 60 }] });
  });

  it('is refused with code and advice, and stays connected after nonsense', async () => {
    const page = await connect();
    page.socket.send('nonsense');
    page.socket.send(Buffer.from([1, 2, 3]));
    page.say({ type: 'set', address: bypass, value: 'perhaps' });
    page.say({ type: 'assign', performerId: 'performer', likenessId: 'unknown' });
    page.say({ type: 'ping', sentAtMs: 5 });
    await expect.poll(() => page.messages.at(-1)).toEqual({ type: 'pong', sentAtMs: 5 });
    expect(page.messages.filter((message) => message.type === 'refused').map(({ code }) => code)).toEqual([
      'CONTROL_MESSAGE_INVALID',
      'CONTROL_MESSAGE_INVALID',
      'PARAM_WRONG_TYPE',
      'LIKENESS_UNKNOWN',
    ]);
  });

  it('that is slow gets two pictures and then newer ones, and does not slow the other', async () => {
    const { client, heard } = await lane();
    const [slow, quick] = [await connect(), await connect()];
    for (const page of [slow, quick])
      page.say({ type: 'previews', want: [{ laneId: 'cam-a', which: 'output' }], maxFps: 25, widthPx: 640 });
    quick.socket.on('message', (data: Buffer, binary: boolean) => {
      const frame = binary ? decodeBinary(new Uint8Array(data)) : null;
      if (frame?.kind === 1)
        quick.say({ type: 'drawn', laneId: 'cam-a', which: 'output', frameNumber: frame.frameNumber });
    });
    await expect
      .poll(() => heard.at(-1))
      .toEqual({ type: 'want-previews', want: ['output'], maxFps: 25, widthPx: 640, meshes: false });
    for (let n = 0; n < 10; n += 1) {
      client.channel!.send(
        { type: 'preview', laneId: 'cam-a', which: 'output', frameNumber: n, captureAtUs: n * 40_000 },
        Buffer.from([0xff, 0xd8, n]),
      );
      await expect.poll(() => quick.pictures.length).toBe(n + 1);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(slow.pictures).toHaveLength(2);
    expect(decodeBinary(quick.pictures[9]!)).toMatchObject({
      laneId: 'cam-a',
      which: 'output',
      frameNumber: 9,
      jpeg: Uint8Array.of(0xff, 0xd8, 9),
    });
    quick.say({ type: 'previews', want: [], maxFps: 0, widthPx: 640 });
    slow.socket.terminate();
    await expect.poll(() => heard.at(-1)).toMatchObject({ type: 'want-previews', want: [] });
  });
});

describe('a lane', () => {
  it('gets every value at hello, each change after it with a growing version, and shows as dead when it goes', async () => {
    const { client, heard } = await lane({ values: { [bypass]: true }, changedAtLane: [bypass] });
    const first = heard.find((head) => head.type === 'params') as unknown as {
      values: Record<string, unknown>;
      version: number;
    };
    expect(first.values).toMatchObject({ [bypass]: true, [interval]: 4, '/understudy/show/preview/maxFps': 25 });
    control.desk.dispatcher.dispatch(interval, 9, 'test');
    await expect
      .poll(() => heard.at(-1))
      .toEqual({ type: 'params', values: { [interval]: 9 }, version: first.version + 1 });
    client.channel!.send({ type: 'lane-status', status, histograms: [] });
    const alive = (): Promise<unknown> =>
      new Promise((resolve) =>
        httpGet({ host: '127.0.0.1', port: control.httpPort, path: '/status' }, (answer) => {
          let text = '';
          answer
            .on('data', (chunk: Buffer) => (text += chunk.toString()))
            .on('end', () =>
              resolve((JSON.parse(text) as { lanes: { alive: boolean }[] }).lanes.map((one) => one.alive)),
            );
        }),
      );
    await expect.poll(alive).toEqual([true]);
    client.close();
    await expect.poll(alive).toEqual([false]);
    expect(control.desk.alarms.list()[0]).toMatchObject({ code: 'LANE_SILENT', active: true });
    await lane();
    expect(control.desk.alarms.list()[0]).toMatchObject({ code: 'LANE_SILENT', active: false });
  });
});
