import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { shots } from './built-page.js';
import { chromiumPath } from './chromium.js';
import { useFakeDesk } from './fake-desk-page.js';

const skipped = chromiumPath === null ? ' (skipped: no Chromium)' : '';
const mix = '/understudy/lane/cam-a/likeness/mix01';
const bypass = '/understudy/output/cam-a/output/bypass';
const delay = '/understudy/output/cam-a/output/delayFrames';

/** A number that changes with the picture in the canvas. */
const pictureSum = (page: Page, testId: string): Promise<number> =>
  page.getByTestId(testId).evaluate((element) => {
    const canvas = element as HTMLCanvasElement;
    const bytes = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height).data;
    let sum = 0;
    for (let i = 0; i < bytes.length; i += 4) sum = (sum * 31 + bytes[i]! + 3 * bytes[i + 1]!) % 1_000_003;
    return sum;
  });

const frameNumber = async (page: Page): Promise<number> =>
  Number(await page.getByTestId('picture-output').getAttribute('data-frame'));

describe.skipIf(chromiumPath === null)(`the page in a browser${skipped}`, () => {
  const { desk, url, openPage } = useFakeDesk();

  it('shows both pictures moving, tells their rate and the ladder step, and asks nothing of the outside world', async () => {
    const { page, complaints, requests } = await openPage();
    await expect.poll(() => frameNumber(page)).toBeGreaterThan(0);
    for (const testId of ['picture-input', 'picture-output']) {
      const before = await pictureSum(page, testId);
      await expect.poll(() => pictureSum(page, testId)).not.toBe(before);
    }
    expect(await pictureSum(page, 'picture-input')).not.toBe(await pictureSum(page, 'picture-output'));
    await expect.poll(async () => parseFloat(await page.getByTestId('fps-output').innerText())).toBeGreaterThan(2);
    expect(await page.getByTestId('ladder-step').innerText()).toMatch(/^(likeness|hold|conceal)$/i);
    expect(await page.getByTestId('monitor-output').getAttribute('data-tally')).toBe('program');
    await page.screenshot({ path: join(shots, 'live-1280.png') });
    const origins = new Set(
      requests.filter((request) => !request.startsWith('data:')).map((request) => new URL(request).host),
    );
    expect([...origins]).toEqual([new URL(url()).host]);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('moves a slider by keyboard and the server’s value follows; a console’s change comes back with its name', async () => {
    const { page } = await openPage();
    await page.getByTestId('tab-lane/cam-a').click();
    const slider = page.getByTestId(`slider-${mix}`);
    await slider.focus();
    for (let i = 0; i < 7; i++) await slider.press('ArrowLeft');
    await expect.poll(() => desk().values.get(mix)).toBeCloseTo(0.93, 6);
    await expect.poll(() => page.getByTestId(`param-${mix}`).getAttribute('data-pending')).toBe('false');
    await expect.poll(() => page.getByTestId(`entry-${mix}`).inputValue()).toBe('93');
    desk().change(mix, 0.25, 'osc 127.0.0.1:53000');
    await expect.poll(() => slider.inputValue()).toBe('0.25');
    await expect
      .poll(() => page.getByTestId(`param-${mix}`).getByTestId('changed-by').innerText())
      .toContain('osc 127.0.0.1:53000');
    await page.getByTestId(`reset-${mix}`).click();
    await expect.poll(() => desk().values.get(mix)).toBe(1);
    await expect.poll(() => slider.inputValue()).toBe('1');
    await page.close();
  });

  it('bypasses by the B key from anywhere but a text field, says what is on the output, and tells a second page', async () => {
    const { page } = await openPage();
    const second = await openPage(1280, 800, 'health');
    await page.getByTestId('tab-show').click();
    await page.getByTestId('text-/understudy/show/show/slateLine').pressSequentially('bbb');
    await page.keyboard.press('Enter');
    await expect.poll(() => desk().values.get('/understudy/show/show/slateLine')).toContain('bbb');
    expect(desk().values.get(bypass)).toBe(false);
    await page.getByTestId('tab-show').focus();
    await page.keyboard.press('b');
    await expect.poll(() => desk().values.get(bypass)).toBe(true);
    for (const { page: either } of [{ page }, second]) {
      await expect.poll(() => either.getByTestId('bypass-output/cam-a').getAttribute('aria-pressed')).toBe('true');
      await expect
        .poll(() => either.getByTestId('bypass-output/cam-a').innerText())
        .toContain('CLEAN camera on output');
    }
    await expect.poll(() => page.getByTestId('monitor-output').getAttribute('data-step')).toBe('bypass');
    await page.screenshot({ path: join(shots, 'bypass-1280.png') });
    await second.page.getByTestId('bypass-output/cam-a').click();
    await expect.poll(() => desk().values.get(bypass)).toBe(false);
    await page.close();
    await second.page.close();
  });

  it('says why the server refused, and shows the server’s value again', async () => {
    const { page } = await openPage();
    const entry = page.getByTestId(`entry-${delay}`);
    await entry.fill('99');
    await entry.press('Enter');
    await page.getByTestId('toast-params.out-of-range').waitFor();
    expect(await page.getByTestId('toasts').innerText()).toContain('Choose a value within the range.');
    await expect.poll(() => entry.inputValue()).toBe('0');
    await page.getByTestId('desk-cast').click();
    await page.getByTestId('assign-jo').selectOption('otto');
    await page.getByTestId('toast-trust.consent-expired').waitFor();
    expect(desk().cast.find(({ performerId }) => performerId === 'jo')?.likenessId).toBeNull();
    await page.getByTestId('assign-jo').selectOption('mara-71');
    await expect.poll(() => page.getByTestId('assign-jo').inputValue()).toBe('mara-71');
    expect(await page.getByTestId('face-cam-a-0').innerText()).toContain('83 %');
    await page.getByTestId('enrol-jo').click();
    await expect.poll(() => desk().cast.find(({ performerId }) => performerId === 'jo')?.enrolled).toBe(true);
    await page.close();
  });

  it('adds a performer to the cast and takes one out, at the second press; says what draws each face', async () => {
    const { page } = await openPage();
    expect(await page.getByTestId('cast-line').innerText()).toContain('hyperswap-1a-256 9f9f9f9f9f9f');
    await page.getByTestId('desk-cast').click();
    await page.getByTestId('performer-name').fill('Robin Vále');
    await page.getByTestId('performer-name').press('Enter');
    await page.getByTestId('cast-robin-vale').waitFor();
    expect(desk().cast.at(-1)).toMatchObject({ performerId: 'robin-vale', name: 'Robin Vále', likenessId: null });
    expect(await page.getByTestId('face-cam-a-0').innerText()).toContain('by the face network hyperswap-1a-256');
    expect(await page.getByTestId('likeness-otto').innerText()).toContain('The mesh draws it.');
    expect(await page.getByTestId('still-on-mara').count()).toBe(0);
    await page.getByTestId('assign-mara').selectOption('mara-9');
    const stillOn = page.getByTestId('still-on-mara');
    await stillOn.waitFor();
    expect(await stillOn.innerText()).toBe('Mara at nine is getting ready. Mara at seventy stays on until then.');
    await page.getByTestId('assign-mara').selectOption('mara-71');
    await stillOn.waitFor({ state: 'detached' });
    await page.getByTestId('likeness-otto').scrollIntoViewIfNeeded();
    await page.screenshot({ path: join(shots, 'cast-1280.png') });
    await page.getByTestId('remove-robin-vale').click();
    expect(desk().cast.some(({ performerId }) => performerId === 'robin-vale')).toBe(true);
    await page.getByTestId('remove-robin-vale').click();
    await expect.poll(() => desk().cast.some(({ performerId }) => performerId === 'robin-vale')).toBe(false);
    await page.close();
  });

  it('compares camera and output in one picture by a wipe and by their difference', async () => {
    const { page } = await openPage();
    /** Mean brightness of a patch, 0…255. */
    const brightness = (testId: string, x01: number, y01: number): Promise<number> =>
      page.getByTestId(testId).evaluate(
        (element, [x, y]) => {
          const canvas = element as HTMLCanvasElement;
          const patch = canvas.getContext('2d')!.getImageData(x! * canvas.width, y! * canvas.height, 12, 12).data;
          return patch.reduce((sum, value, index) => (index % 4 === 3 ? sum : sum + value), 0) / (12 * 12 * 3);
        },
        [x01, y01],
      );
    const labelCorner = [0.703, 0.045] as const;
    await page.getByTestId('arrange-wipe').click();
    await expect.poll(() => page.getByTestId('picture-wipe').getAttribute('data-frame')).not.toBeNull();
    await page.getByTestId('wipe-position').press('End');
    await expect.poll(() => brightness('picture-wipe', ...labelCorner)).toBeGreaterThan(50);
    await page.getByTestId('wipe-position').press('Home');
    await expect.poll(() => brightness('picture-wipe', ...labelCorner)).toBeLessThan(40);
    for (let i = 0; i < 5; i++) await page.getByTestId('wipe-position').press('PageUp');
    await page.screenshot({ path: join(shots, 'wipe-1280.png') });
    await page.getByTestId('arrange-difference').click();
    await expect.poll(() => page.getByTestId('picture-difference').getAttribute('data-frame')).not.toBeNull();
    // The label differs, the wall beside it does not.
    await expect.poll(() => brightness('picture-difference', ...labelCorner)).toBeGreaterThan(60);
    expect(await brightness('picture-difference', 0.02, 0.5)).toBeLessThan(30);
    await page.screenshot({ path: join(shots, 'difference-1280.png') });
    await page.close();
  });

  it('comes back after a dropped connection without a reload, and says so meanwhile', async () => {
    const { page } = await openPage();
    await page.evaluate(() => (document.body.dataset['sameDocument'] = 'yes'));
    await expect.poll(() => frameNumber(page)).toBeGreaterThan(0);
    await page.getByTestId('link-state').evaluate((badge) => {
      const seen: string[] = [];
      new MutationObserver(() =>
        seen.push(document.querySelector('[data-testid=link-state]')?.getAttribute('data-phase') ?? ''),
      ).observe(badge.parentElement!, { subtree: true, childList: true, attributes: true });
      Object.assign(window, { seenPhases: seen });
    });
    const before = await frameNumber(page);
    desk().dropClients();
    await expect
      .poll(() => page.evaluate(() => (window as unknown as { seenPhases: string[] }).seenPhases))
      .toContain('waiting');
    await page.waitForSelector('[data-testid="link-state"][data-phase="live"]');
    await expect.poll(() => frameNumber(page)).toBeGreaterThan(before + 3);
    expect(await page.evaluate(() => document.body.dataset['sameDocument'])).toBe('yes');
    await page.close();
  });

  it('shows alarms with advice, and keeps those that are over as history', async () => {
    const { page } = await openPage(1280, 800, 'health');
    const alarm = {
      code: 'ndi.source-lost',
      severity: 'alarm',
      laneId: 'cam-a',
      message: 'Camera lost.',
      advice: 'Check its cable.',
      atIso: '2026-01-01T00:00:00Z',
    } as const;
    desk().setAlarms([{ ...alarm, id: '1', active: true }]);
    await page.getByTestId('alarm-banner').waitFor();
    expect(await page.getByTestId('alarm-ndi.source-lost').innerText()).toContain('Check its cable.');
    desk().setAlarms([{ ...alarm, id: '1', active: false }]);
    await page.getByTestId('alarm-banner').waitFor({ state: 'detached' });
    expect(await page.getByTestId('alarm-ndi.source-lost').count()).toBe(0);
    await page.getByTestId('alarm-history').click();
    await page.getByTestId('alarm-ndi.source-lost').waitFor();
    await page.screenshot({ path: join(shots, 'health-1280.png') });
    await page.close();
  });

  it('draws the stage in three dimensions, at most 15 times a second when nobody touches it', async () => {
    const { page } = await openPage(1600, 1000, 'stage');
    const draws = async (): Promise<number> => Number(await page.getByTestId('stage-view').getAttribute('data-draws'));
    await expect.poll(draws).toBeGreaterThan(2);
    const [before, startedAt] = [await draws(), Date.now()];
    await page.waitForTimeout(2500);
    const perSecond = ((await draws()) - before) / ((Date.now() - startedAt) / 1000);
    expect(perSecond).toBeGreaterThan(0.4);
    expect(perSecond).toBeLessThan(16);
    await page.screenshot({ path: join(shots, 'stage-1600.png') });
    await page.close();
  });
});
