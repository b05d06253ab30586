import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { assertPortsFree } from '../../server/supervisor/start-ports.js';

const host = '127.0.0.1';

describe('the ports of a show that starts', () => {
  it('are refused by name where another program has the page’s or the consoles’, and free again once it is gone', async () => {
    const page = createServer().listen(0, host);
    await once(page, 'listening');
    const { port: http } = page.address() as AddressInfo;
    const console_ = createSocket('udp4').bind(0, host);
    await once(console_, 'listening');
    const { port: osc } = console_.address();
    await expect(assertPortsFree([host], { http, osc: 0 })).rejects.toMatchObject({
      code: 'CONTROL_PORT_TAKEN',
      context: { key: 'http', port: http },
    });
    await expect(assertPortsFree([host], { http: 0, osc })).rejects.toMatchObject({
      code: 'CONTROL_PORT_TAKEN',
      context: { key: 'osc', port: osc },
    });
    await new Promise((done) => page.close(done));
    await new Promise<void>((done) => console_.close(done));
    await expect(assertPortsFree([host], { http, osc })).resolves.toBeUndefined();
    // Asking leaves nothing behind.
    await expect(assertPortsFree([host], { http, osc })).resolves.toBeUndefined();
  });

  it('are refused where the address is none of this machine', async () => {
    await expect(assertPortsFree(['203.0.113.7'], { http: 8080, osc: 0 })).rejects.toMatchObject({
      code: 'CONTROL_INTERFACE_ABSENT',
    });
  });
});
