import { readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Consoles } from '../../server/control/consoles.js';
import { registryOf } from '../../server/declarations.js';
import { projectRoot } from '../../server/paths.js';
import type { ShowFile } from '../../server/show/schema.js';
import { checkShow, demoShow } from '../../server/show/show-file.js';
import { Dispatcher } from '../../server/surfaces/dispatch/dispatch.js';
import { allowedHosts } from '../../server/surfaces/http/origin.js';
import { machineClock } from '../../server/time/clock.js';

const examples = [...readFileSync(join(projectRoot, 'docs/osc.md'), 'utf8').matchAll(/```json\n(.*?)```/gs)].map(
  ([, text]) => JSON.parse(`{${text}}`) as Partial<ShowFile>,
);

describe('what a show file says of consoles', () => {
  it('every example of docs/osc.md is a valid show, and maps addresses that are there', () => {
    expect(examples).toHaveLength(3);
    const registry = registryOf([{ id: 'cam-a', label: 'A' }]);
    for (const example of examples) {
      const show = checkShow({ ...demoShow(), ...example });
      const mapped = [
        ...(show.osc?.targets ?? []).flatMap(({ map = [] }) => map.map(({ local }) => local)),
        ...(show.dmx?.map ?? []).map(({ address }) => address),
      ];
      for (const address of mapped) expect(registry.find(address), address).not.toBeNull();
    }
  });
  it.each([
    [{ osc: { targets: [{ name: 'x', host: 'h', port: 0 }] } }],
    [{ osc: { targets: [{ name: 'x', host: 'h', port: 1, preset: 'hog4' }] } }],
    [{ osc: { targets: [{ name: 'x', host: 'a b', port: 1 }] } }],
    [{ dmx: { map: [] } }],
    [{ dmx: { map: [{ universe: 1, channel: 513, address: '/understudy/x' }] } }],
    [{ dmx: { map: [{ universe: 1, channel: 1, address: '/elsewhere/x' }] } }],
  ])('refuses %j', (part) => {
    expect(() => checkShow({ ...demoShow(), ...part })).toThrow(expect.objectContaining({ code: 'SHOW_FILE_INVALID' }));
  });
});

describe('their doors', () => {
  let consoles: Consoles | null;
  let raised: string[];
  beforeEach(() => {
    consoles = null;
    raised = [];
  });
  afterEach(() => consoles?.close());
  const open = async (part: Partial<ShowFile>): Promise<Consoles> => {
    const show = checkShow({ ...demoShow(), ports: { http: 0, osc: 0 }, ...part });
    const dispatcher = new Dispatcher(registryOf([{ id: 'cam-a', label: 'A' }]));
    const allowed = allowedHosts([], []);
    const raise = (id: string, code: string): void => void raised.push(`${id} ${code}`);
    return (consoles = await Consoles.open({
      dispatcher,
      clock: machineClock,
      show,
      interfaces: ['127.0.0.1'],
      allowed,
      raise,
    }));
  };
  const taken = async (): Promise<{ port: number; close: () => void }> => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return { port: (server.address() as AddressInfo).port, close: () => server.close() };
  };

  it('OSC, TCP and OSCQuery are open on loopback; nothing is announced and no DMX is listened for', async () => {
    const { oscPort, oscTcpPort, oscQueryPort, status } = await open({});
    expect([oscPort, oscTcpPort, oscQueryPort].every((port) => Number(port) > 0)).toBe(true);
    expect(status.call(consoles)).toMatchObject({ announced: false, dmxUniverses: [], subscribers: 0 });
    expect(raised).toEqual([]);
  });
  it('TCP on the number of UDP is an alarm where that is taken, and the show runs without', async () => {
    const other = await taken();
    const { oscPort, oscTcpPort } = await open({ ports: { http: 0, osc: other.port, oscQuery: 0 } });
    other.close();
    expect([oscPort, oscTcpPort]).toEqual([other.port, null]);
    expect(raised).toEqual(['port oscTcp CONTROL_PORT_TAKEN']);
  });
  it('a port that the show names is refused where it is taken', async () => {
    const other = await taken();
    await expect(open({ ports: { http: 0, osc: 0, oscTcp: other.port } })).rejects.toMatchObject({
      code: 'CONTROL_PORT_TAKEN',
    });
    await expect(open({ ports: { http: 0, osc: 0, oscQuery: other.port } })).rejects.toMatchObject({
      code: 'CONTROL_PORT_TAKEN',
    });
    other.close();
  });
  it('a mapping to nothing is an alarm, not an end', async () => {
    await open({ dmx: { map: [{ universe: 1, channel: 7, address: '/understudy/lane/gone/likeness/mix01' }] } });
    expect(raised).toEqual(['dmx 1/7 DMX_MAP_UNKNOWN']);
  });
});
