import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openControl } from '../../server/control/control-server.js';
import { latencyBoundsUs } from '../../server/protocol/lane-link.js';
import { demoShow } from '../../server/show/show-file.js';
import { machineClock } from '../../server/time/clock.js';
import { bypass, call, control, folder, interval, lane, status, useControl } from './control-under-test.js';

useControl();

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
