import { request, type IncomingMessage } from 'node:http';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { WebSocket } from 'ws';
import { openControl, type ControlServer } from '../../server/control/control-server.js';
import { IpcClient, ipcPath, type IpcMessage } from '../../server/ipc/channel.js';
import type { LaneStatus, ServerMessage } from '../../server/protocol/messages.js';
import { demoShow } from '../../server/show/show-file.js';
import { machineClock } from '../../server/time/clock.js';

export const bypass = '/understudy/output/cam-a/output/bypass';
export const interval = '/understudy/lane/cam-a/keyframe/intervalFrames';
/** Made anew before each test of the file that called useControl; bindings are live. */
export let folder: string;
export let control: ControlServer;
export let closers: (() => void)[];

/** A control process with a page folder before each test of the file, closed after it. */
export function useControl(): void {
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
}

export const call = (
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

export interface Page {
  readonly socket: WebSocket;
  readonly messages: ServerMessage[];
  readonly pictures: Uint8Array[];
  say(message: object): void;
}
export const connect = (): Promise<Page> =>
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

export interface FakeLane {
  readonly client: IpcClient;
  readonly heard: IpcMessage['head'][];
}
export const lane = (hello: object = {}): Promise<FakeLane> =>
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
export const status: LaneStatus = {
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
