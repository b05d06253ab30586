import type { PreviewSide } from '../../protocol/binary.js';

/** At most this many pictures of one kind on the way to one client: the one it draws and the next. */
const mostInFlight = 2;

interface Lane {
  /** Frame numbers sent and not yet reported as drawn, oldest first. */
  inFlight: number[];
  lastCaptureAtUs: number;
}

/**
 * What one client gets of the previews. A slow client gets fewer and newer pictures, never a growing queue, and costs the
 * others nothing: the picture that comes while two are on the way is dropped and counted.
 */
export class PreviewFlow {
  readonly #wanted = new Map<string, Lane>();
  #spacingUs = 0;
  maxFps = 0;
  widthPx = 0;
  dropped = 0;
  sent = 0;

  /** Replaces what the client wants, and forgets what was on the way: a client that lost track starts afresh by asking again. */
  want(
    list: readonly { readonly laneId: string; readonly which: PreviewSide }[],
    maxFps: number,
    widthPx: number,
  ): void {
    this.#wanted.clear();
    if (maxFps > 0)
      for (const { laneId, which } of list)
        this.#wanted.set(`${which} ${laneId}`, { inFlight: [], lastCaptureAtUs: -Infinity });
    this.maxFps = maxFps;
    this.widthPx = widthPx;
    // A tenth of tolerance: a camera at the asked rate must not lose every other picture to jitter.
    this.#spacingUs = maxFps > 0 ? (1_000_000 / maxFps) * 0.9 : Infinity;
  }
  wants(laneId: string, which: PreviewSide): boolean {
    return this.#wanted.has(`${which} ${laneId}`);
  }

  /** Whether this picture goes out now. Counts it where it does and where it has to be dropped. */
  take(laneId: string, which: PreviewSide, frameNumber: number, captureAtUs: number, congested: boolean): boolean {
    const lane = this.#wanted.get(`${which} ${laneId}`);
    if (lane === undefined) return false;
    const elapsedUs = captureAtUs - lane.lastCaptureAtUs;
    // A restarted lane may begin its clock anew: only a small step forward is "too soon".
    if (elapsedUs >= 0 && elapsedUs < this.#spacingUs) return false;
    if (congested || lane.inFlight.length >= mostInFlight) {
      this.dropped += 1;
      return false;
    }
    lane.inFlight.push(frameNumber);
    lane.lastCaptureAtUs = captureAtUs;
    this.sent += 1;
    return true;
  }
  /** The client drew this picture; older ones on the way can only be stale. */
  drawn(laneId: string, which: PreviewSide, frameNumber: number): void {
    const lane = this.#wanted.get(`${which} ${laneId}`);
    if (lane === undefined) return;
    const at = lane.inFlight.indexOf(frameNumber);
    if (at >= 0) lane.inFlight.splice(0, at + 1);
  }
}
