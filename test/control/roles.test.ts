import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { openControl, type ControlServer } from '../../server/control/control-server.js';
import type { ServerMessage } from '../../server/protocol/messages.js';
import type { ShowFile } from '../../server/show/schema.js';
import { checkShow, demoShow } from '../../server/show/show-file.js';
import { machineClock } from '../../server/time/clock.js';

const bypass = '/understudy/output/cam-a/output/bypass';
const mix = '/understudy/lane/cam-a/likeness/mix01';
const fps = '/understudy/show/preview/maxFps';
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const tokens = [
  { name: 'Robin', role: 'operator', sha256: sha256('operators-token') },
  { name: 'Ada', role: 'director', sha256: sha256('directors-token') },
  { name: 'Sam', role: 'dit', sha256: sha256('dits-token') },
] as const;
let folder: string;
let control: ControlServer;
let sockets: WebSocket[];

async function start(access: ShowFile['access'] | null): Promise<void> {
  control = await openControl(
    {
      runFolder: folder,
      stateFolder: join(folder, 'state'),
      show: { ...demoShow(), ports: { http: 0, osc: 0 }, ...(access ? { access } : {}) },
      likenessFolders: [],
      version: '0.1.0',
      pageFolder: join(folder, 'page'),
      canonicalFaceFile: join(folder, 'face.json'),
    },
    machineClock,
  );
}
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'us-r-'));
  mkdirSync(join(folder, 'page'));
  writeFileSync(join(folder, 'page', 'index.html'), '<title>desk</title>');
  sockets = [];
});
afterEach(async () => {
  for (const socket of sockets) socket.terminate();
  await control.close();
  rmSync(folder, { recursive: true, force: true });
});

const url = (path: string): string => `http://127.0.0.1:${control.httpPort}${path}`;
const put = (address: string, value: unknown, token?: string): Promise<Response> =>
  fetch(url(`/params${address}`), {
    method: 'PUT',
    headers: {
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ value }),
  });

interface Page {
  readonly socket: WebSocket;
  say(message: object): void;
  /** The newest message of a type. */
  last<T extends ServerMessage['type']>(type: T): Extract<ServerMessage, { type: T }> | undefined;
  all<T extends ServerMessage['type']>(type: T): Extract<ServerMessage, { type: T }>[];
}
function connect(query = '', headers: Record<string, string> = {}): Promise<Page> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${control.httpPort}/ws${query}`, {
      origin: `http://127.0.0.1:${control.httpPort}`,
      headers,
    });
    sockets.push(socket);
    const messages: ServerMessage[] = [];
    const all: Page['all'] = (type) => messages.filter((one): one is never => one.type === type);
    const page: Page = {
      socket,
      say: (message) => socket.send(JSON.stringify(message)),
      all,
      last: (type) => all(type).at(-1),
    };
    socket.on('message', (data: Buffer, binary) => {
      if (binary) return;
      messages.push(JSON.parse(data.toString()) as ServerMessage);
      if (page.last('edit-state') !== undefined) resolve(page);
    });
    socket.on('unexpected-response', (_request, answer) => reject(new Error(String(answer.statusCode))));
    socket.on('error', reject);
  });
}

describe('with tokens in the show file', () => {
  beforeEach(() => start({ tokens: [...tokens], loopback: 'none' }));

  it('nobody comes in without one or with a wrong one, by any door', async () => {
    for (const path of ['/', '/params', '/status', '/show', '/audit', '/metrics', '/params?token=wrong']) {
      expect((await fetch(url(path))).status).toBe(401);
    }
    expect((await put(mix, 0.5)).status).toBe(401);
    expect((await put(mix, 0.5, 'wrong')).status).toBe(401);
    await expect(connect()).rejects.toThrow('401');
    await expect(connect('?token=wrong')).rejects.toThrow('401');
    expect(control.desk.dispatcher.get(mix)).toBe(1);
  });

  it('the address with the token opens the page, and the cookie it leaves lets the WebSocket in', async () => {
    const first = await fetch(url('/?token=operators-token'));
    expect([first.status, await first.text()]).toEqual([200, '<title>desk</title>']);
    const cookie = first.headers.get('set-cookie')!;
    expect(cookie).toMatch(/HttpOnly; SameSite=Strict/);
    const page = await connect('', { cookie: cookie.split(';')[0]! });
    expect(page.last('controls')).toMatchObject({ you: { role: 'operator', name: 'Robin' } });
    page.say({ type: 'set', address: mix, value: 0.5 });
    await expect.poll(() => control.desk.dispatcher.get(mix)).toBe(0.5);
  });

  it('a director sees everything and changes nothing, not even bypass', async () => {
    expect((await fetch(url('/show?token=directors-token'))).status).toBe(200);
    expect((await put(bypass, true, 'directors-token')).status).toBe(403);
    expect((await put('/understudy/show/cue/go', true, 'directors-token')).status).toBe(403);
    const page = await connect('?token=directors-token');
    page.say({ type: 'set', address: mix, value: 0.5 });
    page.say({ type: 'reset', address: mix });
    page.say({ type: 'assign', performerId: 'performer', likenessId: null });
    page.say({ type: 'do', address: '/understudy/show/cue/go' });
    page.say({ type: 'edit', edit: { kind: 'look-set', look: { id: 'x' } } });
    await expect
      .poll(() => page.all('refused').map(({ code }) => code))
      .toEqual(new Array<string>(5).fill('ROLE_READ_ONLY'));
    expect(control.desk.cast()[0]!.likenessId).toBe('likeness');
  });

  it('a DIT keeps versions and previews, and touches no likeness', async () => {
    expect((await put(fps, 10, 'dits-token')).status).toBe(200);
    expect((await put('/understudy/show/version/save', 'Take 4', 'dits-token')).status).toBe(200);
    expect((await put('/understudy/show/version/restore', 1, 'dits-token')).status).toBe(403);
    expect((await put(mix, 0, 'dits-token')).status).toBe(403);
    const edit = await fetch(url('/show/edit'), {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer dits-token' },
      body: JSON.stringify({ kind: 'look-set', look: { id: 'x' } }),
    });
    expect(edit.status).toBe(403);
  });
});

describe('without tokens', () => {
  beforeEach(() => start(null));

  it('several pages see who is there, where they look, and who wrote last', async () => {
    const robin = await connect('?client=0123456789abcdef&name=Robin');
    const ada = await connect('?name=Ada%0A');
    ada.say({ type: 'identify', place: 'Cues' });
    robin.say({ type: 'set', address: mix, value: 0.5 });
    await expect.poll(() => ada.last('params')?.changes).toEqual([{ address: mix, value: 0.5, by: 'page 1 Robin' }]);
    await expect
      .poll(() => robin.last('presence')?.clients)
      .toMatchObject([
        { clientId: 'page 1', name: 'Robin', role: 'operator' },
        { clientId: 'page 2', name: 'Ada', place: 'Cues' },
      ]);
    const late = await connect();
    expect(late.last('controls')).toMatchObject({ writers: { [mix]: 'page 1 Robin' } });
    expect(late.last('presence')?.clients[0]).toMatchObject({ lastChange: { address: mix } });
    ada.socket.terminate();
    await expect.poll(() => late.last('presence')?.clients.length).toBe(2);
  });

  it('a page that reloads is the same page and still holds its lock', async () => {
    const first = await connect('?client=0123456789abcdef');
    first.say({ type: 'do', address: '/understudy/show/lock/take', requestId: 4 });
    await expect.poll(() => first.last('answer')).toEqual({ type: 'answer', requestId: 4, ok: true, refused: null });
    const other = await connect('?client=fedcba9876543210');
    other.say({ type: 'set', address: mix, value: 0.5 });
    await expect.poll(() => other.last('refused')).toMatchObject({ code: 'LOCKED', address: mix });
    first.socket.terminate();
    const again = await connect('?client=0123456789abcdef');
    expect(again.last('controls')).toMatchObject({ you: { clientId: 'page 1' } });
    expect(again.last('edit-state')).toMatchObject({ state: { lock: { holder: 'page 1' } } });
    again.say({ type: 'set', address: mix, value: 0.5 });
    await expect.poll(() => control.desk.dispatcher.get(mix)).toBe(0.5);
  });

  it('an edit reaches every page, a cue runs from HTTP, and its meters tell', async () => {
    const page = await connect();
    page.say({
      type: 'edit',
      requestId: 1,
      edit: { kind: 'cue-set', cue: { number: '1', name: 'Older', values: { [mix]: 0 }, fadeMs: 300 } },
    });
    await expect
      .poll(() => page.last('show')?.book.cues)
      .toMatchObject([{ number: '1', name: 'Older', curve: 'linear' }]);
    page.say({ type: 'edit', requestId: 2, edit: { kind: 'cue-set', cue: { number: 'x' } } });
    await expect
      .poll(() => page.last('answer'))
      .toMatchObject({ requestId: 2, ok: false, refused: { code: 'SHOW_EDIT_INVALID' } });
    expect((await put('/understudy/show/cue/go', null)).status).toBe(200);
    await expect.poll(() => control.desk.dispatcher.get(mix), { timeout: 3000 }).toBe(0);
    await expect.poll(() => page.last('cues')?.state).toMatchObject({ current: '1', running: null, fading: [] });
    const lastStep = (): unknown => page.last('params')?.changes.at(-1);
    await expect.poll(lastStep).toEqual({ address: mix, value: 0, by: 'cue 1' });
    // A page is told at its own pace, not at the fade's.
    expect(page.all('params').length).toBeLessThan(15);
    const meter = await fetch(url('/params/understudy/show/cueState/currentName'));
    expect(await meter.json()).toMatchObject({ value: 'Older', descriptor: { kind: 'meter' } });
    expect((await put('/understudy/show/cueState/current', '5')).status).toBe(422);
  });

  it('the show as it stands is a show file, and the audit log can be read', async () => {
    control.desk.show.edit({ kind: 'cue-set', cue: { number: '1.5', values: { [mix]: 0 } } }, 'page 9');
    control.desk.dispatcher.dispatch(mix, 0.25, 'page 9');
    const file = checkShow(await (await fetch(url('/show/file'))).json());
    expect(file).toMatchObject({ values: { [mix]: 0.25 }, cues: [{ number: '1.5' }] });
    const { entries } = (await (await fetch(url('/audit?most=2'))).json()) as {
      entries: { kind: string; by: string }[];
    };
    expect(entries.at(-1)).toMatchObject({ kind: 'show-edit', by: 'page 9' });
    expect(entries).toHaveLength(2);
  });
});
