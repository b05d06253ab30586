import { describe, expect, it } from 'vitest';
import { fakeDescriptors } from '../../../control-ui/dev/fake-descriptors.js';
import { fakeLane } from '../../../control-ui/dev/fake-status.js';
import { Desk } from '../../../control-ui/link/desk.js';
import { protocolVersion } from '../../../server/protocol/messages.js';
import { TestSocket, TestTime } from './fake-host.js';

const bypass = '/understudy/output/cam-a/output/bypass';
const mix = '/understudy/lane/cam-a/likeness/mix01';
const hello = {
  type: 'hello',
  protocolVersion,
  product: { name: 'Understudy', version: '0' },
  descriptors: fakeDescriptors,
  scopes: [
    { id: 'show', label: 'Show' },
    { id: 'lane/cam-a', label: 'Camera' },
    { id: 'output/cam-a', label: 'Output' },
  ],
  values: { [bypass]: false, [mix]: 1 },
  likenesses: [],
  cast: [],
  notices: [],
};

function build(isOnServer = true) {
  const time = new TestTime();
  const sockets: TestSocket[] = [];
  const connect = (): TestSocket => {
    const socket = new TestSocket();
    sockets.push(socket);
    return socket;
  };
  const desk = new Desk({
    ...time,
    connect,
    isOnServer,
    random01: () => 0,
    decode: () => Promise.reject(new Error('no pictures here')),
    beforeDraw: (run) => run(),
  });
  desk.open();
  const greet = (): TestSocket => {
    const socket = sockets.at(-1)!;
    socket.accept();
    socket.say(hello);
    return socket;
  };
  return { time, desk, sockets, greet };
}

describe('desk', () => {
  it('sends a moving slider at most every 33 ms, and its last position always', () => {
    const { time, desk, greet } = build();
    const socket = greet();
    for (let i = 0; i <= 100; i++) {
      desk.set(mix, i / 100);
      time.pass(2);
    }
    time.pass(200);
    const sets = socket.sentOf('set') as { value: number }[];
    expect(sets.length).toBeGreaterThan(4);
    expect(sets.length).toBeLessThanOrEqual(9);
    expect(sets[0]!.value).toBe(0);
    expect(sets.at(-1)!.value).toBe(1);
  });

  it('changes nothing without a link, and says so', () => {
    const { desk, sockets, greet } = build();
    greet().close();
    desk.set(mix, 0.2);
    expect(desk.cells.find(mix)!.value.shown).toBe(1);
    expect(desk.toasts.value.at(-1)?.code).toBe('page.offline');
    expect(sockets[0]!.sentOf('set')).toEqual([]);
  });

  it('shows a refusal with its advice and takes the value back', () => {
    const { time, desk, greet } = build();
    const socket = greet();
    desk.set(mix, 9);
    socket.say({ type: 'refused', address: mix, code: 'params.out-of-range', message: 'No.', advice: 'Less.' });
    expect(desk.cells.find(mix)!.value).toMatchObject({ shown: 1, pending: false });
    expect(desk.toasts.value).toMatchObject([{ code: 'params.out-of-range', advice: 'Less.' }]);
    time.pass(10_000);
    expect(desk.toasts.value).toEqual([]);
  });

  it('keeps its screen over a reconnect and asks for its pictures and meshes again', async () => {
    const { time, desk, sockets, greet } = build();
    const first = greet();
    first.say({ type: 'status', atMs: 1, lanes: [fakeLane('cam-a', 1, 1, new Map(), 0)], processes: [] });
    desk.pictures.watch('cam-a', 'output', 640, () => undefined);
    desk.watchMesh('cam-a', () => undefined);
    await Promise.resolve();
    first.close();
    expect(desk.live.value).toBe(false);
    expect(desk.lane.value?.laneId).toBe('cam-a');
    time.pass(1000);
    const second = greet();
    expect(sockets).toHaveLength(2);
    expect(desk.live.value).toBe(true);
    expect(second.sentOf('previews').at(-1)).toMatchObject({ want: [{ laneId: 'cam-a', which: 'output' }] });
    expect(second.sentOf('meshes').at(-1)).toMatchObject({ laneIds: ['cam-a'] });
  });

  it('toggles the chosen camera’s bypass and follows the server’s answer', () => {
    const { desk, greet } = build();
    const socket = greet();
    socket.say({ type: 'status', atMs: 1, lanes: [fakeLane('cam-a', 1, 1, new Map(), 0)], processes: [] });
    desk.toggleBypass(desk.laneId.value);
    expect(socket.sentOf('set')).toEqual([{ type: 'set', address: bypass, value: true }]);
    socket.say({ type: 'params', changes: [{ address: bypass, value: true, by: 'page' }] });
    expect(desk.cells.find(bypass)!.value).toMatchObject({ shown: true, pending: false });
  });

  it('warns when the server speaks another version of the protocol', () => {
    const { desk, sockets } = build();
    sockets[0]!.accept();
    sockets[0]!.say({ ...hello, protocolVersion: protocolVersion + 1 });
    expect(desk.otherProtocol.value).toBe(protocolVersion + 1);
  });

  it('makes way while a lane of this machine sheds load, and for ten seconds after; on another machine never', () => {
    for (const isOnServer of [true, false]) {
      const { desk, greet, time } = build(isOnServer);
      const socket = greet();
      desk.pictures.watch('cam-a', 'output', 640, () => {});
      const lane = fakeLane('cam-a', 1, 1, new Map(), 0);
      const status = (level: number): void =>
        socket.say({
          type: 'status',
          atMs: time.nowMs,
          lanes: [{ ...lane, counters: { 'load.level': level } }],
          processes: [],
        });
      const fps = () => (socket.sentOf('previews').at(-1) as { maxFps: number }).maxFps;
      status(0);
      const usual = fps();
      status(1);
      expect(desk.makingWay.on.value).toBe(isOnServer);
      expect(fps() < usual).toBe(isOnServer);
      // A link that hears nothing is given up: the server speaks all the while.
      for (let s = 0; s < 9; s++) {
        time.pass(1000);
        status(0);
      }
      expect(desk.makingWay.on.value).toBe(isOnServer);
      time.pass(1200);
      status(0);
      expect([desk.makingWay.on.value, fps()]).toEqual([false, usual]);
    }
  });
});
