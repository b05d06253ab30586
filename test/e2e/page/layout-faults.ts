import type { Page } from 'playwright-core';

/**
 * What a person would see as broken: text that is cut off without an ellipsis, controls that lie on each other, a page wider than the
 * screen. What is fixed or sticky may lie over what scrolls under it.
 */
export function layoutFaults(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const faults: string[] = [];
    const name = (element: Element): string =>
      `${element.tagName.toLowerCase()}.${element.className.toString()} "${(element.textContent ?? '').trim().slice(0, 40)}"`;
    if (document.documentElement.scrollWidth > innerWidth)
      faults.push(`${document.documentElement.scrollWidth} px wide on a screen of ${innerWidth}`);
    const seen = (element: Element): boolean =>
      element.getClientRects().length > 0 && getComputedStyle(element).visibility !== 'hidden';
    interface Box {
      left: number;
      right: number;
      top: number;
      bottom: number;
    }
    const common = (p: Box, q: Box): Box & { width: number; height: number } => {
      const [left, right] = [Math.max(p.left, q.left), Math.min(p.right, q.right)];
      const [top, bottom] = [Math.max(p.top, q.top), Math.min(p.bottom, q.bottom)];
      return { left, right, top, bottom, width: right - left, height: bottom - top };
    };
    /** Without what is scrolled out of sight. */
    const shownPart = (element: Element): Box => {
      let box: Box = element.getBoundingClientRect();
      for (let at = element.parentElement; at; at = at.parentElement)
        if (getComputedStyle(at).overflowY !== 'visible') box = common(box, at.getBoundingClientRect());
      return box;
    };
    /** Beyond the side of what cannot be scrolled. */
    const isCutOff = (element: Element): boolean => {
      const { left, right } = element.getBoundingClientRect();
      for (let at = element.parentElement; at; at = at.parentElement) {
        const { overflowX, position } = getComputedStyle(at);
        if (overflowX === 'auto' || overflowX === 'scroll' || position === 'absolute') return false;
        const box = at.getBoundingClientRect();
        if (overflowX !== 'visible' && (right > box.right + 2 || left < box.left - 2)) return true;
      }
      return false;
    };
    const lifted = (element: Element): boolean => {
      for (let at: Element | null = element; at; at = at.parentElement)
        if (['fixed', 'sticky', 'absolute'].includes(getComputedStyle(at).position)) return true;
      return false;
    };
    // Words for screen readers alone are a pixel large.
    const isForEyes = (element: Element): boolean => element.clientWidth > 1 || element.clientHeight > 1;
    for (const element of document.querySelectorAll<HTMLElement>('body *')) {
      const hasText = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent?.trim() !== '');
      if (!hasText || !seen(element) || !isForEyes(element)) continue;
      const { overflowX, overflowY, textOverflow } = getComputedStyle(element);
      const cuts = (overflow: string): boolean => overflow === 'hidden' || overflow === 'clip';
      if (cuts(overflowX) && textOverflow !== 'ellipsis' && element.scrollWidth > element.clientWidth + 1)
        faults.push(`cut at its side: ${name(element)}`);
      if (cuts(overflowY) && element.scrollHeight > element.clientHeight + 2 && element.clientHeight > 4)
        faults.push(`cut at its foot: ${name(element)}`);
      if (!lifted(element) && isCutOff(element)) faults.push(`beyond its card: ${name(element)}`);
    }
    const controls = [
      ...document.querySelectorAll('button, select, textarea, summary, a, input:not([type=radio], [type=checkbox])'),
    ].filter((element) => seen(element) && !lifted(element));
    const boxes = controls.map(shownPart);
    controls.forEach((a, i) =>
      controls.slice(i + 1).forEach((b, k) => {
        if (a.contains(b) || b.contains(a)) return;
        const [p, q] = [boxes[i]!, boxes[i + 1 + k]!];
        const { width, height } = common(p, q);
        if (width > 2 && height > 2) faults.push(`on each other: ${name(a)} and ${name(b)}`);
      }),
    );
    return faults;
  });
}
