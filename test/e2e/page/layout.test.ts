import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { shots } from './built-page.js';
import { chromiumPath } from './chromium.js';
import { useFakeDesk } from './fake-desk-page.js';

const skipped = chromiumPath === null ? ' (skipped: no Chromium)' : '';

describe.skipIf(chromiumPath === null)(`every desk of the page${skipped}`, () => {
  const { openPage } = useFakeDesk();

  it.each([
    [390, 844],
    [820, 1180],
    [1280, 800],
    [1600, 1000],
  ])(
    'at %i × %i nothing sticks out sideways, BYPASS is on the screen, and what is touched is at least 44 px high',
    async (widthPx, heightPx) => {
      const { page } = await openPage(widthPx, heightPx, 'live');
      for (const name of ['live', 'cues', 'monitors', 'stage', 'cast', 'controls', 'health', 'audit']) {
        await page.evaluate((desk) => (location.hash = desk), name);
        await page.waitForTimeout(300);
        if (name === 'cues') await page.getByTestId('open-2').click();
        expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), name).toBeLessThanOrEqual(
          0,
        );
        const box = await page.getByTestId('bypass-output/cam-a').boundingBox();
        expect(box!.y + box!.height, name).toBeLessThanOrEqual(heightPx);
        expect(box!.height).toBeGreaterThanOrEqual(60);
        const small = await page.evaluate(() =>
          [
            ...document.querySelectorAll<HTMLElement>(
              'button:not(.address), select, input:not([type=radio], [type=checkbox]), .check, .segment, summary, nav a',
            ),
          ]
            .filter((element) => element.getClientRects().length > 0 && element.getBoundingClientRect().height < 44)
            .map((element) => element.outerHTML.slice(0, 120)),
        );
        expect(small, name).toEqual([]);
        await page.screenshot({ path: join(shots, `${name}-${widthPx}.png`) });
      }
      await page.close();
    },
  );

  it.each(['controls', 'cues', 'monitors', 'stage', 'audit', 'cast'])(
    'on the %s desk every control has a name and, where it is a parameter, its help as description',
    async (name) => {
      const { page } = await openPage(1280, 800, name);
      await page.waitForTimeout(200);
      if (name === 'cues') await page.getByTestId('open-2').click();
      if (name === 'stage') await page.getByTestId('part-wall-wall').click();
      const findings = await page.evaluate(() => {
        const words = (ids: string | null): string =>
          (ids ?? '')
            .split(' ')
            .map((id) => document.getElementById(id)?.textContent ?? '')
            .join(' ')
            .trim();
        const bad: string[] = [];
        for (const control of document.querySelectorAll<HTMLElement>(
          'button, select, input:not([type=radio]), [role=radiogroup]',
        )) {
          const labels = (control as HTMLInputElement).labels;
          const called =
            control.getAttribute('aria-label') ??
            (words(control.getAttribute('aria-labelledby')) || labels?.[0]?.textContent || control.textContent);
          if (
            !called?.trim() ||
            (control.matches('select') &&
              !control.getAttribute('aria-label') &&
              !labels?.length &&
              !control.getAttribute('aria-labelledby'))
          )
            bad.push(`no name: ${control.outerHTML.slice(0, 100)}`);
          const parameter = control.matches('.param :is(select, input, [role=radiogroup], [role=switch])');
          if (parameter && words(control.getAttribute('aria-describedby')).length < 10)
            bad.push(`no help: ${control.outerHTML.slice(0, 100)}`);
        }
        const ids = [...document.querySelectorAll('[id]')].map(({ id }) => id);
        for (const id of ids) if (ids.indexOf(id) !== ids.lastIndexOf(id)) bad.push(`twice: ${id}`);
        return bad;
      });
      expect(findings).toEqual([]);
      await page.close();
    },
  );
});
