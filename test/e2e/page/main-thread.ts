import type { Page } from 'playwright-core';

/** Processor time of the page's main thread, and frames of the screen, over a span. Time that other processes take does not count. */
export async function mainThread(page: Page, spanMs: number): Promise<{ busyMs: number; frames: number }> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  const threadMs = async (): Promise<number> => {
    const { metrics } = await session.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'ThreadTime')!.value * 1000;
  };
  const before = await threadMs();
  const frames = await page.evaluate(
    (untilMs) =>
      new Promise<number>((resolve) => {
        const startedAtMs = performance.now();
        let count = 0;
        const step = (atMs: number): void => {
          count++;
          if (atMs - startedAtMs < untilMs) requestAnimationFrame(step);
          else resolve(count);
        };
        requestAnimationFrame(step);
      }),
    spanMs,
  );
  return { busyMs: (await threadMs()) - before, frames };
}
