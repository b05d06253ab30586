import { constants, PerformanceObserver } from 'node:perf_hooks';
import { machineClock } from './clock.js';
import type { DurationUs, InstantUs } from './time.js';

/**
 * Tells of V8's garbage collections in this process, after the fact. A minor one (scavenge) clears away short-lived objects in well under
 * a millisecond; a major one walks the whole heap. Incremental steps and weak callbacks count as major. Returns what ends it.
 */
export function watchCollections(
  onCollection: (kind: 'minor' | 'major', startedAtUs: InstantUs, lastedUs: DurationUs) => void,
): () => void {
  const observer = new PerformanceObserver((list) => {
    // Entries count milliseconds from the start of the process; the instants of a lane have the machine's base.
    const baseUs = machineClock.nowUs() - performance.now() * 1000;
    for (const entry of list.getEntries()) {
      const { kind } = (entry as { detail?: { kind?: number } }).detail ?? {};
      onCollection(
        kind === constants.NODE_PERFORMANCE_GC_MINOR ? 'minor' : 'major',
        Math.round(baseUs + entry.startTime * 1000) as InstantUs,
        Math.round(entry.duration * 1000) as DurationUs,
      );
    }
  });
  observer.observe({ entryTypes: ['gc'] });
  return () => observer.disconnect();
}
