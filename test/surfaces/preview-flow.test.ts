import { describe, expect, it } from 'vitest';
import { parseClientMessage } from '../../server/surfaces/ws/client-message.js';
import { PreviewFlow } from '../../server/surfaces/ws/preview-flow.js';

const frameUs = 40_000;

describe('previews to one client', () => {
  const flow = (): PreviewFlow => {
    const made = new PreviewFlow();
    made.want([{ laneId: 'cam-a', which: 'output' }], 25, 640);
    return made;
  };
  const offer = (to: PreviewFlow, n: number, congested = false): boolean =>
    to.take('cam-a', 'output', n, n * frameUs, congested);

  it('keeps two on the way, drops and counts the rest, and goes on with the newest once one is drawn', () => {
    const one = flow();
    expect([1, 2, 3, 4].map((n) => offer(one, n))).toEqual([true, true, false, false]);
    one.drawn('cam-a', 'output', 1);
    expect([5, 6].map((n) => offer(one, n))).toEqual([true, false]);
    expect({ sent: one.sent, dropped: one.dropped }).toEqual({ sent: 3, dropped: 3 });
  });
  it('takes a drawn picture as word for the older ones too, and ignores one never sent', () => {
    const one = flow();
    offer(one, 1);
    offer(one, 2);
    one.drawn('cam-a', 'output', 99);
    expect(offer(one, 3)).toBe(false);
    one.drawn('cam-a', 'output', 2);
    expect([4, 5].map((n) => offer(one, n))).toEqual([true, true]);
  });
  it('keeps the rate that was asked for, without losing frames of that very rate to jitter', () => {
    const one = flow();
    const draw = (n: number, atUs: number): boolean => {
      const taken = one.take('cam-a', 'output', n, atUs, false);
      one.drawn('cam-a', 'output', n);
      return taken;
    };
    expect(Array.from({ length: 100 }, (_, n) => draw(n, n * 20_000)).filter(Boolean)).toHaveLength(50);
    expect(
      Array.from({ length: 50 }, (_, n) => draw(n, 10_000_000 + n * frameUs + (n % 2) * 3000)).filter(Boolean),
    ).toHaveLength(50);
    expect(one.dropped).toBe(0);
  });
  it('drops to a congested socket, sends nothing that nobody wants, and starts afresh when asked again', () => {
    const one = flow();
    expect(offer(one, 1, true)).toBe(false);
    expect(one.dropped).toBe(1);
    expect(one.take('cam-b', 'output', 1, 0, false)).toBe(false);
    expect(one.take('cam-a', 'input', 1, 0, false)).toBe(false);
    offer(one, 2);
    offer(one, 3);
    one.want([{ laneId: 'cam-a', which: 'output' }], 25, 640);
    expect(offer(one, 4)).toBe(true);
    one.want([], 0, 640);
    expect(one.wants('cam-a', 'output')).toBe(false);
  });
});

describe('what a page may say', () => {
  it.each([
    '',
    '{',
    'null',
    '7',
    '[]',
    '{"type":"toString"}',
    '{"type":"set"}',
    '{"type":"set","address":"/a"}',
    '{"type":"set","address":1,"value":1}',
    '{"type":"set","address":"/a","value":{}}',
    '{"type":"previews","want":"all","maxFps":1,"widthPx":100}',
    '{"type":"previews","want":[],"maxFps":241,"widthPx":100}',
    '{"type":"previews","want":[],"maxFps":-1,"widthPx":100}',
    '{"type":"previews","want":[],"maxFps":1,"widthPx":15}',
    '{"type":"previews","want":[],"maxFps":1,"widthPx":4097}',
    '{"type":"drawn","laneId":"a","which":"side","frameNumber":1}',
    '{"type":"drawn","laneId":"a","which":"input","frameNumber":0.5}',
  ])('does not accept %s', (text) => {
    expect(parseClientMessage(text)).toMatchObject({ type: 'invalid', reason: expect.stringMatching(/./) });
  });
  it.each([
    '{"type":"previews","want":[],"maxFps":240,"widthPx":4096}',
    '{"type":"previews","want":[],"maxFps":0,"widthPx":16}',
    '{"type":"assign","performerId":"p","likenessId":null}',
  ])('accepts %s', (text) => {
    expect(parseClientMessage(text)).toEqual(JSON.parse(text));
  });
});
