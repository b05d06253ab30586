import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { projectRoot } from '../../../server/paths.js';
import { type Browser, chromiumPath, openBrowser } from '../page/chromium.js';
import { layoutFaults } from '../page/layout-faults.js';
import { laneAddress, laneId, outputAddress } from './server-under-test.js';
import { Take } from './take.js';

/** The desk on the running product: a real browser, the real server, a real camera on NDI. */
const skipped = chromiumPath === null ? ' (skipped: no Chromium)' : '';
const shots = join(projectRoot, 'build', 'test-shots');
const mix = laneAddress('likeness/mix01');

/** A number that changes with the picture's pixels. */
const pictureSum = (page: Page, testId: string): Promise<number> =>
  page.getByTestId(testId).evaluate((element) => {
    const canvas = element as HTMLCanvasElement;
    const bytes = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height).data;
    let sum = 0;
    for (let i = 0; i < bytes.length; i += 4) sum = (sum * 31 + bytes[i]! + 3 * bytes[i + 1]!) % 1_000_003;
    return sum;
  });

describe.skipIf(chromiumPath === null)(`the page on the running product${skipped}`, () => {
  let take: Take;
  let browser: Browser;
  let page: Page;
  let complaints: string[];

  beforeAll(async () => {
    mkdirSync(shots, { recursive: true });
    take = new Take('page');
    await take.startCamera(take.loop());
    await take.startServer({
      show: {
        outputs: [{ id: 'split', laneId, kind: 'difference', outputName: `${take.outputName} Split` }],
        multiviews: [{ id: 'wall', outputName: `${take.outputName} Wall` }],
        looks: [{ id: 'half', name: 'Half', values: { '/understudy/lane/*/likeness/mix01': 0.5 } }],
        cues: [
          { number: '1', name: 'Young', values: { '/understudy/lane/*/likeness/mix01': 0 }, fadeMs: 200 },
          { number: '2', name: 'Old', values: { '/understudy/lane/*/likeness/mix01': 1 } },
        ],
      },
    });
    await take.server.watch();
    browser = await openBrowser();
    const url = `http://127.0.0.1:${take.server.run().httpPort}/`;
    ({ page, complaints } = await browser.open(`${url}#live`, 1600, 1000));
    await page.waitForSelector('[data-testid="link-state"][data-phase="live"]');
  });
  afterAll(async () => {
    await browser?.close();
    await take?.close();
  });

  it('shows the camera and the output moving, the likeness on air, and two different pictures', async () => {
    await expect.poll(() => page.getByTestId('ladder-step').innerText(), { timeout: 20_000 }).toMatch(/likeness/i);
    for (const testId of ['picture-input', 'picture-output']) {
      const before = await pictureSum(page, testId);
      // A lane that is short of time gives up its previews first and takes them back after a hundred pictures in time.
      await expect.poll(() => pictureSum(page, testId), { timeout: 45_000 }).not.toBe(before);
    }
    expect(await pictureSum(page, 'picture-input')).not.toBe(await pictureSum(page, 'picture-output'));
    await page.screenshot({ path: join(shots, 'product-live.png') });
    expect(complaints).toEqual([]);
  });

  it("moves a slider by keyboard, and the server's value follows", async () => {
    await page.getByTestId(`tab-lane/cam-a`).click();
    const slider = page.getByTestId(`slider-${mix}`);
    expect((await take.server.values())[mix]).toBe(1);
    await slider.focus();
    for (let n = 0; n < 5; n++) await page.keyboard.press('ArrowLeft');
    // Each press is a message of its own: the last one counts.
    await expect.poll(async () => Number((await take.server.values())[mix])).toBeCloseTo(0.95, 6);
    await expect.poll(async () => Number(await slider.inputValue())).toBeCloseTo(0.95, 6);
    await take.server.set(mix, 1);
    await expect.poll(async () => Number(await slider.inputValue())).toBeCloseTo(1, 2);
  });

  it('presses BYPASS, and the lane obeys', async () => {
    await page.getByTestId('bypass-output/cam-a').click();
    await expect.poll(async () => (await take.server.values())[outputAddress('output/bypass')]).toBe(true);
    await expect.poll(() => page.getByTestId('ladder-step').innerText()).toMatch(/bypass/i);
    await page.getByTestId('bypass-output/cam-a').click();
    await expect.poll(async () => (await take.server.values())[outputAddress('output/bypass')]).toBe(false);
  });

  /** What each desk has that only a running show gives it. */
  const desks: readonly (readonly [string, string])[] = [
    ['live', '[data-testid=picture-output][data-frame]'],
    ['cast', '[data-testid=cast-robin]'],
    ['cues', 'text=Young'],
    ['stage', '[data-testid=stage-view][data-draws]'],
    ['monitors', '[data-testid="cost-output/wall"]'],
    ['health', 'text=inference'],
    ['audit', 'text=show-start'],
  ];
  it.each([
    [1280, 800],
    [390, 844],
  ])(
    'every desk at %i × %i has what the show gives it, nothing cut off, no control on another',
    async (wide, high) => {
      const watched = await browser.open(page.url(), wide, high);
      await watched.page.waitForSelector('[data-testid="link-state"][data-phase="live"]');
      const faults: string[] = [];
      for (const [name, has] of desks) {
        await watched.page.evaluate((desk) => (location.hash = desk), name);
        await watched.page.locator(has).first().waitFor({ state: 'attached', timeout: 20_000 });
        faults.push(...(await layoutFaults(watched.page)).map((fault) => `${name}: ${fault}`));
        await watched.page.screenshot({ path: join(shots, `product-${name}-${wide}.png`) });
      }
      expect(faults).toEqual([]);
      expect(watched.complaints).toEqual([]);
      await watched.page.close();
    },
    60_000,
  );

  it('two clients see each other and who wrote last, a cue that one runs, and a value that a console sends', async () => {
    const other = await browser.open(page.url().replace(/#.*/, '#cues'), 1280, 800);
    await other.page.waitForSelector('[data-testid="link-state"][data-phase="live"]');
    await other.page.getByTestId('people').click();
    await expect.poll(() => other.page.getByTestId('people-list').locator('li').count()).toBeGreaterThan(1);
    await other.page.getByTestId('people').click();
    const writer = () => page.getByTestId(`param-${mix}`).getByTestId('changed-by').innerText();
    await other.page.getByTestId('go').click();
    await expect.poll(async () => (await take.server.values())[mix]).toBe(0);
    await expect.poll(writer).toMatch(/cue 1/);
    await other.page.getByTestId('slider-quick-likeness.mix01').press('ArrowRight');
    await expect.poll(writer).toMatch(/^page \d+/);
    await take.server.set(mix, 1);
    await expect.poll(() => other.page.getByTestId('slider-quick-likeness.mix01').inputValue()).toBe('1');
    await expect.poll(writer).toMatch(/^http/);
    await other.page.close();
  }, 60_000);

  it('tally of a receiver frames the picture on the page, and is what the lane tells inference and its camera', async () => {
    const tallyShown = () => page.getByTestId('monitor-output').getAttribute('data-tally');
    const probe = await take.startProbe();
    expect(await tallyShown()).toBe('none');
    for (const [program, preview, shown] of [
      [false, true, 'preview'],
      [true, false, 'program'],
      [true, true, 'program'],
    ] as const) {
      probe.command({ do: 'tally', program, preview });
      await expect.poll(tallyShown, { timeout: 10_000 }).toBe(shown);
      await expect
        .poll(() => [take.server.status?.onProgram, take.server.status?.onPreview])
        .toEqual([program, preview]);
      // The lane passes it on to the camera, from where every monitor of it is lit.
      await take.camera.waitFor('tally', (said) => said['on_program'] === program && said['on_preview'] === preview);
    }
    await page.screenshot({ path: join(shots, 'product-tally.png') });
    await probe.stop();
    await expect.poll(tallyShown, { timeout: 10_000 }).toBe('none');
  }, 60_000);

  it('comes back without a reload when the control process is killed, as the same client, with pictures', async () => {
    await page.evaluate(() => ((window as unknown as { mark: number }).mark = 1));
    const client = () => page.evaluate(() => sessionStorage.getItem('understudy-client'));
    const before = await client();
    const pid = await take.server.kill('control');
    await page.waitForSelector('[data-testid="link-state"]:not([data-phase="live"])', { state: 'attached' });
    await take.server.alive('control', pid);
    await page.waitForSelector('[data-testid="link-state"][data-phase="live"]', { timeout: 30_000 });
    expect(await page.evaluate(() => (window as unknown as { mark?: number }).mark)).toBe(1);
    expect(await client()).toBe(before);
    const drawn = await pictureSum(page, 'picture-output');
    await expect.poll(() => pictureSum(page, 'picture-output'), { timeout: 45_000 }).not.toBe(drawn);
  }, 90_000);
});
