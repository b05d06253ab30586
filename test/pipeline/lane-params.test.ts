import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LaneParams } from '../../server/pipeline/lane-params.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'us-params-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const mix = '/understudy/lane/cam-a/likeness/mix01';
const mode = '/understudy/output/cam-a/output/mode';
const file = (): string => join(folder, 'lane-cam-a.json');
const onDisk = (): Record<string, unknown> =>
  existsSync(file()) ? (JSON.parse(readFileSync(file(), 'utf8')) as Record<string, unknown>) : {};

describe("a lane's own parameters", () => {
  it('take effect in the next snapshot and leave the one in use as it was', () => {
    const params = new LaneParams('cam-a', folder, {});
    const { snapshot } = params;
    params.apply({ [mode]: 'wipe', [params.bypassAddress]: true });
    expect(params.snapshot.output.mode).toBe('wipe');
    expect(params.snapshot.send.bypass).toBe(true);
    expect(snapshot.output.mode).toBe('likeness');
    expect(Object.isFrozen(params.snapshot)).toBe(true);
  });

  it('survive the process: what was on air wins over what the show starts with', async () => {
    const before = new LaneParams('cam-a', folder, { [mix]: 1 });
    for (let n = 1; n <= 50; n++) before.apply({ [mix]: n / 100, [mode]: 'wipe' });
    await expect.poll(() => onDisk()[mix]).toBe(0.5);
    const after = new LaneParams('cam-a', folder, { [mix]: 1 });
    expect(after.snapshot.likeness.mix01).toBe(0.5);
    expect(after.snapshot.output.mode).toBe('wipe');
  });

  it("do not take another lane's", async () => {
    const params = new LaneParams('cam-a', folder, {});
    params.apply({ '/understudy/output/cam-b/output/mode': 'plain' });
    expect(params.snapshot.output.mode).toBe('likeness');
    await expect.poll(() => Object.keys(onDisk()).length).toBe(1);
    expect(new LaneParams('cam-b', folder, {}).snapshot.output.mode).toBe('likeness');
  });

  it.each(['', '{"half": ', 'null', '[]'])('start from the show where the file is damaged: %j', (text) => {
    writeFileSync(file(), text);
    expect(new LaneParams('cam-a', folder, { [mix]: 0.3 }).snapshot.likeness.mix01).toBe(0.3);
  });

  it('go on without a disk', () => {
    const params = new LaneParams('cam-a', join(folder, 'not', 'there'), {});
    params.apply({ [mix]: 0.2 });
    expect(params.snapshot.likeness.mix01).toBe(0.2);
  });
});
