import { afterAll, beforeAll } from 'vitest';
import { FakeDesk } from '../../../control-ui/dev/fake-desk.js';
import { builtPage } from './built-page.js';
import { type Browser, openBrowser } from './chromium.js';

/** The page on a desk that is played, in a real browser; for the tests of the block in which it is called. */
export function useFakeDesk(): {
  readonly desk: () => FakeDesk;
  readonly url: () => string;
  /** A tab on one of the desks, once it is live. */
  readonly openPage: (widthPx?: number, heightPx?: number, name?: string) => ReturnType<Browser['open']>;
} {
  let desk: FakeDesk;
  let browser: Browser;
  let url: string;
  beforeAll(async () => {
    desk = new FakeDesk(await builtPage());
    url = await desk.open();
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await desk?.close();
  });
  return {
    desk: () => desk,
    url: () => url,
    openPage: async (widthPx = 1280, heightPx = 800, name = 'live') => {
      const watched = await browser.open(`${url}#${name}`, widthPx, heightPx);
      await watched.page.waitForSelector('[data-testid="link-state"][data-phase="live"]');
      return watched;
    },
  };
}
