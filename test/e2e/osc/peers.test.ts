import { execFile, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { DiscoveredService } from 'oscquery';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { projectRoot } from '../../../server/paths.js';
import { buildControl, ControlUnderTest } from './control-under-test.js';

const run = promisify(execFile);
const bypass = '/understudy/output/cam-a/output/bypass';
const mix = '/understudy/lane/cam-a/likeness/mix01';
const interval = '/understudy/lane/cam-a/keyframe/intervalFrames';
const mode = '/understudy/output/cam-a/output/mode';
const peer = join(projectRoot, 'test/e2e/osc/node-osc-peer.mjs');
const hasLiblo = spawnSync('oscsend', ['--help']).error === undefined;
if (!hasLiblo) process.stdout.write('skipped: no oscsend and oscdump (apt-get install liblo-tools)\n');

/** Each is sent to the running server by the foreign peer, and read back over HTTP. */
const vectors: readonly (readonly [string, string, string, unknown])[] = [
  [bypass, 'i', '1', true],
  [bypass, 'F', '', false],
  [bypass, 'T', '', true],
  [bypass, 'f', '0.0', false],
  [mix, 'f', '0.25', 0.25],
  [mix, 's', '0.5', 0.5],
  [mix, 's', '75%', 0.75],
  [mix, 'd', '0.125', 0.125],
  [mix, 'i', '1', 1],
  [mix, 'f', '7.5', 1],
  [interval, 'h', '12', 12],
  [interval, 'f', '9.4', 9],
  [mode, 's', 'WIPE', 'wipe'],
  [mode, 'i', '0', 'likeness'],
];

let control: ControlUnderTest;
beforeAll(async () => {
  buildControl();
  control = await ControlUnderTest.start();
});
afterAll(() => control.close());

describe.skipIf(!hasLiblo)('liblo', () => {
  it.each(['udp', 'tcp'] as const)('oscsend over %s: every vector arrives as what it means', async (transport) => {
    const port = transport === 'udp' ? control.ports.oscPort : control.ports.oscTcpPort;
    for (const [address, type, value, expected] of vectors) {
      await run('oscsend', [`osc.${transport}://127.0.0.1:${port}`, address, type, ...(value === '' ? [] : [value])]);
      await expect.poll(() => control.value(address), { message: `${address} ${type} ${value}` }).toBe(expected);
    }
  });

  it.each(['udp', 'tcp'] as const)('oscdump over %s is told what changes, by its profile', async (transport) => {
    const port = await freePort(transport);
    const dump = spawn('oscdump', ['-L', `osc.${transport}://:${port}`], { stdio: ['ignore', 'pipe', 'inherit'] });
    const heard = linesOf(dump);
    // oscdump says nothing when it listens; UDP sent before that is lost.
    await new Promise((resolve) => setTimeout(resolve, 300));
    const target = { name: 'Dump', host: '127.0.0.1', port, preset: 'grandma3', transport, feedback: [mix] } as const;
    const told = await ControlUnderTest.start([target]);
    try {
      await expect.poll(() => heard.some((line) => line.includes(`${mix} i 100`)), { timeout: 5000 }).toBe(true);
      await told.set(mix, 0.5);
      await expect.poll(() => heard.at(-1)).toContain(`${mix} i 50`);
    } finally {
      await told.close();
      dump.kill();
    }
  });
});

describe('npm node-osc, in a process of its own', () => {
  const converse = async (
    transport: 'udp' | 'slip',
    messages: unknown[],
    repeat = 1,
    everyUs = 0,
  ): Promise<unknown[]> => {
    const port = transport === 'udp' ? control.ports.oscPort : control.ports.oscTcpPort;
    const { stdout } = await run(process.execPath, [
      peer,
      transport,
      String(port),
      String(everyUs),
      JSON.stringify(messages),
      String(repeat),
    ]);
    return stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
  };

  it.each(['udp', 'slip'] as const)('over %s: sets, asks and is answered in order', async (transport) => {
    const answers = await converse(transport, [
      [mix, 0.5],
      [mix],
      [bypass, true],
      [bypass, '?'],
      ['/understudy/lane/*/likeness/mix01', 0.25],
      ['/understudy/{lane,output}/cam-?/likeness/mix01', '?'],
      ['/understudy/nowhere', 1],
      [bypass, false],
    ]);
    expect(answers).toEqual([
      [mix, 0.5],
      [bypass, 1],
      [mix, 0.25],
      ['/understudy/refused', '/understudy/nowhere', 'PARAM_UNKNOWN_ADDRESS', expect.any(String)],
      ['/ping', 4711],
    ]);
    expect([await control.value(mix), await control.value(bypass)]).toEqual([0.25, false]);
  });

  it('3 000 messages in three seconds are all taken, and the last one stands', async () => {
    const before = (await control.counters())['messages']!;
    const sweep = Array.from({ length: 100 }, (_, n) => [mix, (n + 1) / 128]);
    expect(await converse('udp', sweep, 30, 1000)).toEqual([['/ping', 4711]]);
    // One ping, or a few where the machine is slow.
    expect((await control.counters())['messages']! - before).toBeGreaterThanOrEqual(3001);
    expect(await control.value(mix)).toBe(100 / 128);
  });

  it('random and hostile packets are counted, and the next honest one is served', async () => {
    const before = (await control.counters())['malformed']!;
    const socket = createSocket('udp4');
    // Equal on every run.
    let state = 7;
    const byte = (): number => ((state = (state * 1_103_515_245 + 12_345) & 0x7fffffff) >> 16) & 0xff;
    for (let n = 0; n < 500; n += 1) {
      socket.send(Buffer.from(Array.from({ length: n % 120 }, byte)), control.ports.oscPort);
      // The system's own buffer holds some 250 packets.
      if (n % 50 === 49) await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await expect.poll(async () => (await control.counters())['malformed']! - before).toBeGreaterThan(400);
    socket.close();
    expect(await converse('slip', [[mix, 0.5]])).toEqual([['/ping', 4711]]);
  });
});

it('npm oscquery walks the running server and finds what HTTP says', async () => {
  const service = new DiscoveredService('127.0.0.1', control.ports.oscQueryPort);
  await service.update();
  expect(service.hostInfo.oscPort).toBe(control.ports.oscPort);
  const answer = await fetch(`http://127.0.0.1:${control.ports.httpPort}/params`);
  const { values } = (await answer.json()) as { values: Record<string, unknown> };
  const found = new Map(service.flat().map((one) => [one.full_path, one.arguments?.[0]?.value]));
  for (const [address, value] of Object.entries(values)) expect(found.get(address), address).toBe(value);
});

async function freePort(transport: 'udp' | 'tcp'): Promise<number> {
  const door = transport === 'udp' ? createSocket('udp4').bind(0, '127.0.0.1') : createServer().listen(0, '127.0.0.1');
  await once(door, 'listening');
  const { port } = door.address() as AddressInfo;
  door.close();
  return port;
}
function linesOf(child: ChildProcess): string[] {
  const lines: string[] = [];
  let rest = '';
  child.stdout!.on('data', (chunk: Buffer) => {
    const parts = (rest + chunk.toString()).split('\n');
    rest = parts.pop()!;
    lines.push(...parts);
  });
  return lines;
}
