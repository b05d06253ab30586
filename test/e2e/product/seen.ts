import { readFileSync } from 'node:fs';
import type { PeerEvent, PeerProcess } from '../support/peer-process.js';

/** A picture as the probe reported it. */
export interface SeenFrame {
  /** Ordinal at the probe. */
  readonly frame: number;
  /** The camera's frame number in the picture, or null where it cannot be read. */
  readonly stamp: number | null;
  readonly timecode: bigint;
  readonly atUs: number;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly frameRateNum: number;
  readonly frameRateDen: number;
  readonly aspect: number;
  readonly metadata: string;
  readonly meanLuma01: number;
  /** Of the metadata mark; '' where there is none. */
  readonly kind: string;
  readonly step: string;
}

const attribute = (xml: string, name: string): string =>
  new RegExp(`<understudy [^>]*\\b${name}="([^"]*)"`).exec(xml)?.[1] ?? '';

export function seenFrame(event: PeerEvent): SeenFrame {
  const metadata = typeof event['metadata'] === 'string' ? event['metadata'] : '';
  const fields = event as unknown as SeenFrame;
  return {
    ...fields,
    timecode: BigInt(String(event['timecode'])),
    metadata,
    kind: attribute(metadata, 'kind'),
    step: attribute(metadata, 'step'),
  };
}
export const seenBy = (probe: PeerProcess): SeenFrame[] => probe.of('video').map(seenFrame);

/** The first picture that fits among those to come (from event index `from` on). */
export async function waitForPicture(
  probe: PeerProcess,
  fits: (seen: SeenFrame) => boolean,
  timeoutMs = 20_000,
  from = 0,
): Promise<SeenFrame> {
  return seenFrame(await probe.waitFor('video', (event) => fits(seenFrame(event)), timeoutMs, from));
}
/** So many pictures more. */
export async function waitForMore(probe: PeerProcess, count: number, timeoutMs = 30_000): Promise<SeenFrame[]> {
  const before = probe.of('video').length;
  await probe.waitForCount('video', before + count, timeoutMs);
  return seenBy(probe).slice(before, before + count);
}

/** Camera frame numbers by timecode, and what is missing or out of order between the first and the last. */
export function orderOf(
  seen: readonly SeenFrame[],
  firstTimecode100ns: bigint,
  step100ns: bigint,
): { missing: number[]; outOfOrder: number[]; offGrid: bigint[] } {
  const missing: number[] = [];
  const outOfOrder: number[] = [];
  const offGrid = seen.map((s) => s.timecode).filter((timecode) => (timecode - firstTimecode100ns) % step100ns !== 0n);
  const numbers = seen.map((s) => Number((s.timecode - firstTimecode100ns) / step100ns));
  for (let i = 1; i < numbers.length; i++) {
    if (numbers[i]! <= numbers[i - 1]!) outOfOrder.push(numbers[i]!);
    for (let n = numbers[i - 1]! + 1; n < numbers[i]!; n++) missing.push(n);
  }
  return { missing, outOfOrder, offGrid };
}

export interface Grabbed {
  readonly seen: SeenFrame;
  /** UYVY, rows tight. */
  readonly uyvy: Uint8Array;
}
/** The next `count` pictures, with their pixels. The probe must have a saveFolder and receive UYVY. */
export async function grab(probe: PeerProcess, count: number): Promise<Grabbed[]> {
  const from = probe.events.length;
  const savedBefore = probe.of('saved').length;
  probe.command({ do: 'save', count });
  const saved = (await probe.waitForCount('saved', savedBefore + count)).slice(savedBefore);
  const grabbed: Grabbed[] = [];
  for (const event of saved) {
    const seen = await waitForPicture(probe, (one) => one.frame === event['frame'], 5000, from);
    const [strideBytes, widthPx, heightPx] = [
      Number(event['strideBytes']),
      Number(event['widthPx']),
      Number(event['heightPx']),
    ];
    if (event['format'] !== 'UYVY' || strideBytes !== widthPx * 2)
      throw new Error(`not tight UYVY: ${JSON.stringify(event)}`);
    grabbed.push({
      seen,
      uyvy: new Uint8Array(readFileSync(String(event['file']))).subarray(0, strideBytes * heightPx),
    });
  }
  return grabbed;
}
