import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type BrowserContext, type Page } from 'playwright-core';

const candidates = [
  process.env['CHROMIUM_PATH'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];

/** The installed browser; null where there is none (set CHROMIUM_PATH, or install Debian's chromium). */
export const chromiumPath: string | null = candidates.find((path) => path !== undefined && existsSync(path)) ?? null;

/** Quiet and offline: no first-run pages, no background traffic, WebGL in software. */
const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-default-apps',
  '--disable-domain-reliability',
  '--disable-sync',
  '--metrics-recording-only',
  '--no-first-run',
  '--no-default-browser-check',
  '--no-proxy-server',
];

export interface Browser {
  readonly context: BrowserContext;
  /** A page of this size with everything it complained about and every address it asked for. */
  open(url: string, widthPx: number, heightPx: number): Promise<WatchedPage>;
  close(): Promise<void>;
}
export interface WatchedPage {
  readonly page: Page;
  readonly complaints: string[];
  readonly requests: string[];
}

/** Starts the browser with a profile of its own, which is removed on close. */
export async function openBrowser(): Promise<Browser> {
  if (chromiumPath === null) throw new Error('No Chromium is installed.');
  const profile = mkdtempSync(join(tmpdir(), 'understudy-page-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: chromiumPath,
    headless: true,
    args: flags,
  });
  return {
    context,
    open: async (url, widthPx, heightPx) => {
      const page = await context.newPage();
      const complaints: string[] = [];
      const requests: string[] = [];
      page.on('pageerror', (error) => complaints.push(error.message));
      page.on('console', (message) => {
        if (message.type() === 'error') complaints.push(message.text());
      });
      page.on('request', (request) => requests.push(request.url()));
      page.on('websocket', (socket) => requests.push(socket.url()));
      await page.setViewportSize({ width: widthPx, height: heightPx });
      await page.goto(url);
      return { page, complaints, requests };
    },
    close: async () => {
      await context.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}
