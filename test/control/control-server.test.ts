import { get as httpGet, request, type IncomingMessage } from 'node:http';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { openControl, type ControlServer } from '../../server/control/control-server.js';
import { IpcClient, ipcPath, type IpcMessage } from '../../server/ipc/channel.js';
import { decodeBinary } from '../../server/protocol/binary.js';
import { latencyBoundsUs } from '../../server/protocol/lane-link.js';
import type { LaneStatus, ServerMessage } from '../../server/protocol/messages.js';
import { demoShow } from '../../server/show/show-file.js';
import { machineClock } from '../../server/time/clock.js';

const bypass = '/understudy/output/cam-a/output/bypass';
const interval = '/understudy/lane/cam-a/keyframe/intervalFrames';
let folder: string;
let control: ControlServer;
let closers: (() => void)[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'us-c-'));
  mkdirSync(join(folder, 'page'));
  writeFileSync(join(folder, 'page', 'index.html'), '<title>desk</title>');
  writeFileSync(join(folder, 'face.json'), '{"triangles":[]}');
  closers = [];
  control = await openControl(
    {
      runFolder: folder,
      stateFolder: join(folder, 'state'),
      show: { ...demoShow(), ports: { http: 0, osc: 0 } },
      likenessFolders: [],
      version: '0.1.0',
      pageFolder: join(folder, 'page'),
      canonicalFaceFile: join(folder, 'face.json'),
    },
    machineClock,
  );
});
afterEach(async () => {
  for (const close of closers) close();
  await control.close();
  rmSync(folder, { recursive: true, force: true });
});

const call = (
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body?: unknown,
): Promise<{ status: number; body: string }> =>
  new Promise((resolve, reject) => {
    const json = body === undefined ? {} : { 'content-type': 'application/json' };
    const sent = request(
      { host: '127.0.0.1', port: control.httpPort, method, path, headers: { ...json, ...headers } },
      (answer: IncomingMessage) => {
        let text = '';
        answer.on('data', (chunk: Buffer) => (text += chunk.toString()));
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body: text }));
      },
    );
    sent.on('error', reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });

interface Page {
  readonly socket: WebSocket;
  readonly messages: ServerMessage[];
  readonly pictures: Uint8Array[];
  say(message: object): void;
}
const connect = (): Promise<Page> =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${control.httpPort}/ws`, {
      origin: `http://127.0.0.1:${control.httpPort}`,
    });
    const page: Page = { socket, messages: [], pictures: [], say: (message) => socket.send(JSON.stringify(message)) };
    closers.push(() => socket.terminate());
    socket.on('message', (data: Buffer, binary) => {
      if (binary) page.pictures.push(new Uint8Array(data));
      else page.messages.push(JSON.parse(data.toString()) as ServerMessage);
      if (page.messages[0]?.type === 'hello') resolve(page);
    });
    socket.on('error', reject);
  });

interface FakeLane {
  readonly client: IpcClient;
  readonly heard: IpcMessage['head'][];
}
const lane = (hello: object = {}): Promise<FakeLane> =>
  new Promise((resolve) => {
    const heard: IpcMessage['head'][] = [];
    const client: IpcClient = new IpcClient(ipcPath(folder, 'control'), {
      onOpen: (channel) =>
        channel.send({
          type: 'lane-hello',
          laneId: 'cam-a',
          pid: 1,
          values: {},
          changedAtLane: [],
          version: 0,
          ...hello,
        }),
      onMessage: ({ head }) => {
        heard.push(head);
        if (head.type === 'params') resolve({ client, heard });
      },
      onLost: () => {},
    });
    closers.push(() => client.close());
  });
const status: LaneStatus = {
  laneId: 'cam-a',
  sourceName: 'M (CAM)',
  outputName: 'OUT',
  sourceState: 'receiving',
  alive: true,
  widthPx: 1920,
  heightPx: 1080,
  frameRateNum: 25,
  frameRateDen: 1,
  format: 'UYVY',
  framesReceived: 101,
  framesSent: 100,
  framesDropped: 1,
  delayFrames: 0,
  captureToSendMs: { p50: 3, p95: 5, p99: 8 },
  stageMs: { propagate: 1 },
  step: 'likeness',
  faces: [],
  onProgram: true,
  onPreview: false,
  receivers: 1,
  likenessId: null,
  timecode: '10:00:00:00',
  counters: { 'keyframe.dropped-late': 2 },
};

describe('HTTP', () => {
  it('serves the page, the mesh and the values; takes a value and refuses with the code', async () => {
    expect((await call('GET', '/')).body).toContain('<title>desk</title>');
    expect((await call('GET', '/canonical-face.json')).body).toBe('{"triangles":[]}');
    expect(JSON.parse((await call('PUT', `/params${interval}`, {}, { value: '61' })).body)).toMatchObject({
      ok: true,
      value: 60,
      clamped: true,
    });
    expect(JSON.parse((await call('GET', `/params${interval}`)).body)).toMatchObject({
      value: 60,
      descriptor: { key: 'keyframe.intervalFrames' },
    });
    const refused = await call('PUT', `/params${interval}`, {}, { value: { nested: 1 } });
    expect([refused.status, JSON.parse(refused.body)]).toMatchObject([422, { ok: false, code: 'PARAM_WRONG_TYPE' }]);
    expect((await call('PUT', '/params/understudy/nowhere', {}, 1)).status).toBe(404);
    expect((await call('GET', '/params/understudy/nowhere')).status).toBe(404);
    expect(JSON.parse((await call('GET', '/params')).body)).toMatchObject({ values: { [interval]: 60 } });
  });

  it('does not reach outside the page folder', async () => {
    for (const path of ['/../face.json', '/..%2fface.json', '/%2e%2e/face.json', '//etc/passwd']) {
      expect((await call('GET', path)).status).toBeGreaterThanOrEqual(400);
    }
  });

  it('refuses other sites and re-pointed names, on HTTP and on the WebSocket', async () => {
    const port = control.httpPort;
    for (const [headers, code] of [
      [{ host: 'evil.example' }, 'CONTROL_HOST_REFUSED'],
      [{ host: `evil.example:${port}` }, 'CONTROL_HOST_REFUSED'],
      [{ host: '127.0.0.1.evil.example' }, 'CONTROL_HOST_REFUSED'],
      [{ origin: 'http://evil.example' }, 'CONTROL_ORIGIN_REFUSED'],
      [{ origin: 'null' }, 'CONTROL_ORIGIN_REFUSED'],
      [{ origin: `http://127.0.0.1:${port + 1}` }, 'CONTROL_ORIGIN_REFUSED'],
      [{ origin: `http://localhost:${port}` }, 'CONTROL_ORIGIN_REFUSED'],
    ] as const) {
      const answer = await call('PUT', `/params${bypass}`, headers, { value: true });
      expect([answer.status, JSON.parse(answer.body)]).toMatchObject([403, { code }]);
      const upgrade = await call('GET', '/ws', {
        ...headers,
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': 'x'.repeat(22) + '==',
      });
      expect(upgrade.status).toBe(403);
    }
    expect(control.desk.dispatcher.get(bypass)).toBe(false);
    expect(
      (
        await call(
          'PUT',
          `/params${bypass}`,
          { host: `localhost:${port}`, origin: `http://localhost:${port}` },
          { value: true },
        )
      ).status,
    ).toBe(200);
  });

  it('gives metrics that parse as Prometheus text, with the latency vocabulary as cumulative histograms', async () => {
    const { client } = await lane();
    const bounds = latencyBoundsUs.processUs;
    const counts = [...bounds.map((_, index) => index), 7];
    client.channel!.send({
      type: 'lane-status',
      status,
      histograms: [{ name: 'processUs', stage: 'propagate', counts, sumUs: 12345 }],
    });
    await expect.poll(async () => (await call('GET', '/metrics')).body).toContain('stage="propagate"');
    const text = (await call('GET', '/metrics')).body;
    const sample =
      /^[a-zA-Z_:][\w:]*(\{([a-zA-Z_]\w*="([^"\\\n]|\\["\\n])*",?)*\})? (-?\d+(\.\d+)?(e[+-]?\d+)?|\+Inf|NaN)$/;
    for (const line of text.trim().split('\n')) if (!line.startsWith('#') && line !== '') expect(line).toMatch(sample);
    for (const name of Object.keys(latencyBoundsUs)) expect(text).toContain(`# TYPE understudy_${name} histogram`);
    const buckets = [...text.matchAll(/understudy_processUs_bucket\{.*?le="([^"]+)"\} (\d+)/g)].map((match) =>
      Number(match[2]),
    );
    expect(buckets).toHaveLength(bounds.length + 1);
    expect([...buckets].sort((a, b) => a - b)).toEqual(buckets);
    const total = counts.reduce((sum, count) => sum + count, 0);
    expect(buckets.at(-1)).toBe(total);
    expect(text).toContain(`understudy_processUs_count{lane="cam-a",stage="propagate"} ${total}`);
    expect(text).toContain('understudy_framesSent_total{lane="cam-a"} 100');
    expect(text).toContain('understudy_laneEvents_total{lane="cam-a",reason="keyframe.dropped-late"} 2');
  });

  it('says which port is taken', async () => {
    const show = { ...demoShow(), ports: { http: control.httpPort, osc: 0 } };
    const options = {
      show,
      runFolder: join(folder, 'b'),
      stateFolder: join(folder, 'b'),
      likenessFolders: [],
      version: '1',
      pageFolder: folder,
      canonicalFaceFile: '',
    };
    await expect(openControl(options, machineClock)).rejects.toMatchObject({ code: 'CONTROL_PORT_TAKEN' });
  });
});

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
