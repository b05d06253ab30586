import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { projectRoot } from '../../../server/paths.js';
import { type Browser, chromiumPath, openBrowser } from '../page/chromium.js';
import { laneAddress, outputAddress } from './server-under-test.js';
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
    await take.startServer();
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
    await expect.poll(async () => Number((await take.server.values())[mix])).toBeLessThan(1);
    const value = Number((await take.server.values())[mix]);
    await expect.poll(async () => Number(await slider.inputValue())).toBeCloseTo(value, 2);
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
});
