import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { FakeDesk } from '../../../control-ui/dev/fake-desk.js';
import { toCamera, toPicture } from '../../../control-ui/stage-view/stage-model.js';
import type { PointM } from '../../../server/protocol/show.js';
import { builtPage, shots } from './built-page.js';
import { chromiumPath, openBrowser, type Browser } from './chromium.js';
import { mainThread } from './main-thread.js';

/** The desks for cues, monitors, stage and audit, and several people at once; two cameras on a fake server. */
const skipped = chromiumPath === null ? ' (skipped: no Chromium)' : '';
const mix = '/understudy/lane/cam-a/likeness/mix01';
const starredMix = '/understudy/lane/*/likeness/mix01';

/** Where a point of the room is on the screen, in the Stage view of a show with several cameras. */
function placeOnScreen(point: PointM, box: { x: number; y: number; width: number; height: number }) {
  const [eye, target] = [
    [2.9 * 1.3, 2.45 * 1.3, 4.4 * 1.3],
    [-0.2, 1.05, 0],
  ] as const;
  const [dx, dy, dz] = [0, 1, 2].map((axis) => target[axis]! - eye[axis]!) as [number, number, number];
  const degrees = 180 / Math.PI;
  const aspect = box.width / box.height;
  const camera = {
    laneId: 'eye',
    positionM: eye,
    rotationDeg: [Math.atan2(-dx, -dz) * degrees, Math.atan2(dy, Math.hypot(dx, dz)) * degrees, 0] as const,
    focalLengthMm: 1,
    sensorWidthMm: 2 * Math.tan(19 / degrees) * aspect,
  };
  const [x01, y01] = toPicture(camera, aspect, toCamera(camera, point))!;
  return { x: box.x + x01 * box.width, y: box.y + y01 * box.height };
}

describe.skipIf(chromiumPath === null)(`the desks in a browser${skipped}`, () => {
  let pageFolder: string;
  let desk: FakeDesk;
  let browser: Browser;
  let url: string;
  let pages: Page[] = [];
  let complaints: string[] = [];

  beforeAll(async () => {
    desk = new FakeDesk((pageFolder = await builtPage()), ['cam-a', 'cam-b']);
    url = await desk.open();
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await desk?.close();
  });
  afterEach(async () => {
    for (const page of pages) await page.close();
    pages = [];
    expect(complaints).toEqual([]);
  });

  const openPage = async (name: string, widthPx = 1280, heightPx = 800): Promise<Page> => {
    const watched = await browser.open(`${url}#${name}`, widthPx, heightPx);
    pages.push(watched.page);
    complaints = watched.complaints;
    await watched.page.waitForSelector('[data-testid="link-state"][data-phase="live"]');
    return watched.page;
  };

  it('runs the next cue by the space bar, shows its fade, and a second page sees it', async () => {
    const page = await openPage('cues');
    const other = await openPage('cues');
    expect(await page.getByTestId('cue-1').getAttribute('data-place')).toBe('next');
    await page.getByTestId('select-2').click();
    await expect.poll(() => other.getByTestId('cue-2').getAttribute('data-place')).toBe('next');
    desk.change(mix, 0.2, 'osc 127.0.0.1:53000');
    await page.locator('h1').click();
    await page.keyboard.press('Space');
    await expect.poll(() => page.getByTestId('cue-progress').innerText()).toContain('s left');
    await page.screenshot({ path: join(shots, 'cue-running-1280.png') });
    for (const each of [page, other]) {
      await expect.poll(() => each.getByTestId('cue-current').innerText()).toBe('2 Mara ages');
      expect(await each.getByTestId('cue-2.5').getAttribute('data-place')).toBe('next');
    }
    expect(desk.values.get(mix)).toBe(1);
  });

  it('edits a cue and a look blind: nothing moves on air, and undo takes it back', async () => {
    const page = await openPage('cues');
    const before = new Map(desk.values);
    await page.getByTestId('open-2.5').click();
    await page.getByTestId('cue-fade').fill('0:04,5');
    await page.getByTestId('cue-fade').press('Enter');
    const cue = () => desk.show.book.cues.find(({ number }) => number === '2.5');
    await expect.poll(() => cue()?.fadeMs).toBe(4500);
    await page.getByTestId('cue-fade').fill('soon');
    await page.getByTestId('cue-fade').press('Enter');
    await expect.poll(() => page.getByTestId('cue-fade').getAttribute('aria-invalid')).toBe('true');
    expect(cue()?.fadeMs).toBe(4500);
    await page.getByTestId('cue-fade').press('Escape');
    await page.getByTestId('side-looks').click();
    await page.getByTestId('open-look-half').click();
    await page.getByTestId(`blind-input-${starredMix}`).fill('35');
    await page.getByTestId(`blind-input-${starredMix}`).press('Enter');
    const look = () => desk.show.book.looks.find(({ id }) => id === 'half');
    await expect.poll(() => look()?.values[starredMix]).toBe(0.35);
    await page.screenshot({ path: join(shots, 'look-blind-1280.png') });
    expect([...desk.values]).toEqual([...before]);
    await page.locator('h1').click();
    await page.keyboard.press('Control+z');
    await expect.poll(() => look()?.values[starredMix]).toBe(0.5);
    await page.getByTestId('recall-half').click();
    await expect.poll(() => desk.values.get(mix)).toBe(0.5);
  });

  it('adds, renumbers and removes cues, and says why a look in use stays', async () => {
    const page = await openPage('cues');
    await page.getByTestId('new-cue-number').fill('7.25');
    await page.getByTestId('new-cue').click();
    await page.getByTestId('cue-name').fill('Coda');
    await page.getByTestId('cue-name').press('Enter');
    await page.getByTestId('cue-number').fill('7.5');
    await page.getByTestId('cue-number').press('Enter');
    await page.getByTestId('cue-7.5').waitFor();
    await page.getByTestId('cue-remove').click();
    await page.getByTestId('cue-7.5').waitFor({ state: 'detached' });
    await page.getByTestId('side-looks').click();
    if ((await page.getByTestId('record-name').count()) === 0) await page.getByTestId('open-look-half').click();
    await page.getByTestId('record-name').fill('As it stands');
    await page.getByTestId('record-look').click();
    await expect.poll(() => page.getByTestId('look-list').innerText()).toContain('As it stands');
    await page.getByTestId('open-look-clean').click();
    await page.getByTestId('look-remove').click();
    await page.getByTestId('toast-SHOW_LOOK_IN_USE').waitFor();
  });

  it('shows every camera in the multiview with its tally, and four scopes of the chosen picture', async () => {
    const page = await openPage('monitors', 1600, 1000);
    expect(await page.getByTestId('tile-output-cam-a').getAttribute('data-tally')).toBe('program');
    expect(await page.getByTestId('tile-output-cam-b').getAttribute('data-tally')).toBe('preview');
    await page.getByTestId('multiview-both').click();
    await page.getByTestId('tile-input-cam-b').click();
    await expect.poll(() => page.getByTestId('tile-picture-input-cam-b').getAttribute('data-frame')).not.toBeNull();
    /** Share of the scope's picture elements that are lit. */
    const lit01 = (): Promise<number> =>
      page.getByTestId('scope-picture').evaluate((element) => {
        const canvas = element as HTMLCanvasElement;
        const bytes = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height).data;
        let lit = 0;
        for (let i = 0; i < bytes.length; i += 4) if (bytes[i + 1]! > 40) lit++;
        return lit / (bytes.length / 4);
      });
    for (const [kind, least, most] of [
      ['waveform', 0.02, 0.7],
      ['parade', 0.02, 0.8],
      ['vectorscope', 0.0005, 0.1],
      ['false-colour', 0.5, 1],
    ] as const) {
      await page.getByTestId(`scope-${kind}`).click();
      await expect
        .poll(async () => Number(await page.getByTestId('scope-picture').getAttribute('data-drawn')))
        .toBeGreaterThan(0);
      const share = await lit01();
      expect(share, kind).toBeGreaterThan(least);
      expect(share, kind).toBeLessThanOrEqual(most);
      await page.screenshot({ path: join(shots, `scope-${kind}-1600.png`) });
    }
    expect(await page.getByTestId('output-output/cam-b').innerText()).toContain('likeness');
  });

  it('picks the wall in the picture, edits it in numbers and moves it by hand; undo brings it back', async () => {
    const page = await openPage('stage', 1600, 1000);
    const canvas = page.getByTestId('stage-view');
    await expect
      .poll(async () => Number(await canvas.getAttribute('data-draws')), { timeout: 15_000 })
      .toBeGreaterThan(1);
    const box = (await canvas.boundingBox())!;
    const onScreen = (point: PointM) => placeOnScreen(point, box);
    const onWall = onScreen([1.2, 2.4, -2]);
    await page.mouse.click(onWall.x, onWall.y);
    await page.getByTestId('wall-form').waitFor();
    // The tool can be gripped once it was drawn.
    const draws = async (): Promise<number> => Number(await canvas.getAttribute('data-draws'));
    const drawn = await draws();
    await expect.poll(draws, { timeout: 15_000 }).toBeGreaterThan(drawn + 1);
    // The arrow along x of the tool at the wall's foot, pulled half a metre to the right.
    const [foot, right] = [onScreen([0, 0.08, -2]), onScreen([0.5, 0.08, -2])];
    const grip = { x: foot.x + (right.x - foot.x) * 0.8, y: foot.y + (right.y - foot.y) * 0.8 };
    await page.mouse.move(grip.x, grip.y);
    await page.mouse.down();
    await page.mouse.move(grip.x + (right.x - foot.x) / 2, grip.y + (right.y - foot.y) / 2, { steps: 4 });
    await page.mouse.move(grip.x + (right.x - foot.x), grip.y + (right.y - foot.y), { steps: 4 });
    await page.mouse.up();
    await expect.poll(() => desk.show.book.stage.walls[0]?.positionM[0] ?? 0, { timeout: 5000 }).toBeGreaterThan(0.35);
    expect(desk.show.book.stage.walls[0]?.positionM[0]).toBeLessThan(0.65);
    expect(desk.show.book.stage.walls[0]?.positionM.slice(1)).toEqual([0.08, -2]);
    await page.getByTestId('wall-shape').selectOption('curved');
    await page.getByTestId('wall-radius').fill('3,5');
    await page.getByTestId('wall-radius').press('Enter');
    const wall = () => desk.show.book.stage.walls[0];
    await expect.poll(() => wall()?.radiusM).toBe(3.5);
    await page.getByTestId('measure-regions').click();
    await expect.poll(() => Object.keys(wall()?.pictureRegions ?? {})).toEqual(['cam-a', 'cam-b']);
    expect(await page.getByTestId('wall-regions').innerText()).toContain('cam-a, cam-b');
    await page.screenshot({ path: join(shots, 'stage-edit-1600.png') });
    await page.getByTestId('part-camera-cam-b').click();
    await page.getByTestId('camera-rotation-1').fill('-4');
    await page.getByTestId('camera-rotation-1').press('Enter');
    const tilt = () => desk.show.book.stage.cameras.find(({ laneId }) => laneId === 'cam-b')?.rotationDeg[1];
    await expect.poll(tilt).toBe(-4);
    await page.locator('h1').click();
    await page.keyboard.press('Control+z');
    await expect.poll(tilt).toBe(0);
    await page.getByTestId('view-name').fill('From the door');
    await page.getByTestId('view-save').click();
    await page.getByTestId('saved-view-From the door').click();
    expect(desk.show.book.stage.views?.[0]?.eyeM).toHaveLength(3);
  });

  it('shows the audit trail as it grows, finds in it, and saves a version', async () => {
    const page = await openPage('audit');
    await expect.poll(() => page.getByTestId('audit-chain').innerText()).toContain('linked');
    await page.getByTestId('version-name').fill('After lunch');
    await page.getByTestId('version-save').click();
    await expect.poll(() => page.getByTestId('versions').innerText()).toContain('After lunch');
    await expect.poll(() => page.getByTestId('audit-entries').innerText(), { timeout: 5000 }).toContain('version/save');
    await page.getByTestId('audit-find').fill('consent mara');
    await expect.poll(() => page.getByTestId('audit-entries').locator('tr').count()).toBe(1);
    await page.screenshot({ path: join(shots, 'audit-find-1280.png') });
  });

  it('two people: each sees the other, a lock greys the other’s controls but never BYPASS, and can be taken over', async () => {
    const kim = await openPage('live');
    await kim.getByTestId('people').click();
    await kim.getByTestId('your-name').fill('Kim');
    await kim.getByTestId('your-name').press('Enter');
    await kim.getByTestId('people').click();
    const ada = await openPage('cues');
    await ada.getByTestId('people').click();
    await expect.poll(() => ada.getByTestId('people-list').innerText()).toMatch(/Kim \(page \d+\).*at Live/s);
    await ada.getByTestId('people').click();
    await kim.getByTestId('lock').click();
    await ada.getByTestId('lock-banner').waitFor();
    expect(await ada.getByTestId('lock-banner').innerText()).toContain('Kim');
    await expect.poll(() => ada.getByTestId(`slider-quick-likeness.mix01`).isDisabled()).toBe(true);
    expect(await ada.getByTestId('bypass-output/cam-a').isEnabled()).toBe(true);
    expect(await ada.getByTestId('go').isEnabled()).toBe(true);
    expect(await kim.getByTestId('slider-quick-likeness.mix01').isEnabled()).toBe(true);
    await ada.screenshot({ path: join(shots, 'locked-1280.png') });
    await ada.getByTestId('take-over').click();
    await kim.getByTestId('lock-banner').waitFor();
    await ada.getByTestId('lock').click();
    await kim.getByTestId('lock-banner').waitFor({ state: 'detached' });
    await kim.getByTestId('tab-lane/cam-a').click();
    await ada.getByTestId('slider-quick-likeness.mix01').press('ArrowLeft');
    await expect.poll(() => kim.getByTestId(`param-${mix}`).getByTestId('changed-by').innerText()).toMatch(/^page \d+/);
  });

  it('a director looks and changes nothing; after a dropped connection the same page is the same client', async () => {
    desk.nextRole = 'director';
    const page = await openPage('cues', 390, 844);
    desk.nextRole = 'operator';
    expect(await page.getByTestId('go').isDisabled()).toBe(true);
    expect(await page.getByTestId('bypass-output/cam-a').isDisabled()).toBe(true);
    expect(await page.getByTestId('go').getAttribute('title')).toContain('director');
    expect(await page.getByTestId('people').innerText()).toContain('Director');
    await page.getByTestId('open-2').click();
    expect(await page.getByTestId('cue-name').isDisabled()).toBe(true);
    await page.screenshot({ path: join(shots, 'director-390.png') });
    const nameOf = () => page.evaluate(() => sessionStorage.getItem('understudy-client'));
    const before = await nameOf();
    desk.dropClients();
    await page
      .waitForSelector('[data-testid="link-state"][data-phase="waiting"]', { state: 'attached' })
      .catch(() => undefined);
    await page.waitForSelector('[data-testid="link-state"][data-phase="live"]');
    expect(await nameOf()).toBe(before);
    await expect.poll(() => page.getByTestId('go').isEnabled()).toBe(true);
  });

  it.each(['live', 'monitors', 'stage'])(
    'with four cameras the %s desk keeps the main thread busy for at most 8 ms of each frame',
    async (name) => {
      const four = new FakeDesk(pageFolder, ['cam-a', 'cam-b', 'cam-c', 'cam-d']);
      const watched = await browser.open(`${await four.open()}#${name}`, 1600, 1000);
      try {
        await watched.page.waitForSelector('[data-testid="link-state"][data-phase="live"]');
        await watched.page.waitForTimeout(1500);
        const { busyMs, frames } = await mainThread(watched.page, 2000);
        expect(frames).toBeGreaterThan(20);
        expect(busyMs / frames).toBeLessThanOrEqual(8);
        await watched.page.screenshot({ path: join(shots, `four-${name}-1600.png`) });
      } finally {
        await watched.page.close();
        await four.close();
      }
    },
  );
});
