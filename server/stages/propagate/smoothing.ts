import { landmarkCount, surfaceCount } from '../../frame/face-track.js';

export type SmoothFilter = 'off' | 'one-euro' | 'kalman';

/**
 * One Euro (Casiez, Roussel, Vogel, "1 € Filter", CHI 2012): a low-pass whose cut-off grows with speed. Hz at amount 0; it halves
 * with every fifth of the amount. Speed in crop px per second of a face about 170 of them wide.
 */
const leastCutoffHz = 24;
const halvings = 5;
const cutoffHzPerPxPerS = 0.8;
const speedCutoffHz = 2;
/** No tremble reaches further than the first of these from the filtered place, crop px; what is as far as the second has leapt (a lid) and passes at once. */
const trembleFromPx = 1.2;
const leaptAtPx = 3;

/** Kalman with a velocity that fades: noise of a landmark at amount 0 and 1, crop px; and how fast velocity may drift, px² / s³. */
const leastNoisePx = 0.1;
const mostNoisePx = 1.4;
const driftPx2PerS3 = 8000;
/** A landmark that is this many variances from where it was expected has changed its mind: its past counts for less. */
const surprise = 4;
/** Time after which half of a landmark's speed is forgotten: lids and lips stop as suddenly as they start. */
const speedHalfLifeS = 0.03;

/**
 * Takes the tremble out of one face's landmarks. What the face does as a whole (shift, turn in the picture, scale) passes at once: the
 * points are laid over the shape of the face's first picture, filtered there, and laid back. Flat arrays, no allocation.
 */
export class LandmarkSmoother {
  readonly #reference = new Float32Array(landmarkCount * 2);
  /** The points of this picture, laid over the reference. */
  readonly laid = new Float32Array(landmarkCount * 2);
  readonly #state = new Float32Array(landmarkCount * 2);
  readonly #speed = new Float32Array(landmarkCount * 2);
  /** Variance of place, covariance with speed, variance of speed: the same for x and y. */
  readonly #variance = new Float32Array(landmarkCount * 3);
  /** Picture → reference: x' = a·x − b·y + tx, y' = b·x + a·y + ty. */
  readonly #fit = new Float64Array([1, 0, 0, 0]);
  readonly #last = new Float32Array(landmarkCount * 2);
  readonly #next = new Float32Array(landmarkCount * 2);
  readonly #middle = new Float32Array(landmarkCount * 2);
  #hasLast = false;
  #filter: SmoothFilter = 'off';
  #begun = false;

  /** `points`: the face's first landmarks, (x, y, z) in crop px, whose size sets the filter's measure of length. */
  start(points: Float32Array): void {
    this.restart();
    for (let i = 0; i < landmarkCount; i++) {
      this.#reference[i * 2] = points[i * 3]!;
      this.#reference[i * 2 + 1] = points[i * 3 + 1]!;
    }
  }

  /** What was filtered so far says nothing about the next picture. */
  restart(): void {
    this.#begun = false;
    this.#hasLast = false;
  }

  /** Without a filter for now: the next one begins anew. */
  pause(): void {
    this.#begun = false;
  }

  /** Lays (x, y, z) triples, picture px, over the reference; `laid` holds them until the next call. */
  lay(points: Float32Array): void {
    this.#overlay(points);
    const [a, b, tx, ty] = this.#fit as unknown as [number, number, number, number];
    for (let i = 0; i < landmarkCount; i++) {
      const x = points[i * 3]!,
        y = points[i * 3 + 1]!;
      this.laid[i * 2] = a * x - b * y + tx;
      this.laid[i * 2 + 1] = b * x + a * y + ty;
    }
  }

  /** Writes what `laid` holds back into the triples that it came from; z stays. */
  layBack(points: Float32Array): void {
    const [a, b, tx, ty] = this.#fit as unknown as [number, number, number, number];
    const norm = a * a + b * b;
    for (let i = 0; i < landmarkCount; i++) {
      const u = this.laid[i * 2]! - tx,
        v = this.laid[i * 2 + 1]! - ty;
      points[i * 3] = (a * u + b * v) / norm;
      points[i * 3 + 1] = (a * v - b * u) / norm;
    }
  }

  /**
   * Puts each of `points` to the middle one of three pictures: the one before it (as the last call left it), itself, and `next`; all
   * (x, y, z), picture px.
   */
  middle(points: Float32Array, next: Float32Array): void {
    this.lay(next);
    this.#next.set(this.laid);
    this.lay(points);
    if (this.#hasLast) medianOfThree(this.#last, this.laid, this.#next, this.#middle);
    else this.#middle.set(this.laid);
    this.#last.set(this.laid);
    this.#hasLast = true;
    this.laid.set(this.#middle);
    this.layBack(points);
  }

  /**
   * Filters what `laid` holds, in place. amount01: 0 hardly at all … 1 as still as it gets; trust: 0…1 per point; seconds since the
   * picture before. Once per picture.
   */
  filter(filter: SmoothFilter, amount01: number, trust: Float32Array, seconds: number): void {
    if (filter === 'off') return this.pause();
    if (!this.#begun || filter !== this.#filter) return this.#begin(filter);
    if (filter === 'one-euro') this.#oneEuro(amount01, seconds);
    else this.#kalman(amount01, trust, seconds);
    this.laid.set(this.#state);
  }

  #begin(filter: SmoothFilter): void {
    this.#begun = true;
    this.#filter = filter;
    this.#state.set(this.laid);
    this.#speed.fill(0);
    for (let i = 0; i < landmarkCount; i++) {
      this.#variance[i * 3] = 1;
      this.#variance[i * 3 + 1] = 0;
      this.#variance[i * 3 + 2] = driftPx2PerS3;
    }
  }

  #oneEuro(amount01: number, seconds: number): void {
    const state = this.#state,
      speed = this.#speed,
      laid = this.laid;
    const cutoffHz = leastCutoffHz * 2 ** (-halvings * amount01);
    const speedGain = gainOf(speedCutoffHz, seconds);
    for (let i = 0; i < landmarkCount; i++) {
      const dx = laid[i * 2]! - state[i * 2]!,
        dy = laid[i * 2 + 1]! - state[i * 2 + 1]!;
      const vx = (speed[i * 2]! += (dx / seconds - speed[i * 2]!) * speedGain);
      const vy = (speed[i * 2 + 1]! += (dy / seconds - speed[i * 2 + 1]!) * speedGain);
      const slow = gainOf(cutoffHz + cutoffHzPerPxPerS * Math.sqrt(vx * vx + vy * vy), seconds);
      const gain = Math.max(
        slow,
        Math.min(1, (Math.sqrt(dx * dx + dy * dy) - trembleFromPx) / (leaptAtPx - trembleFromPx)),
      );
      state[i * 2]! += dx * gain;
      state[i * 2 + 1]! += dy * gain;
    }
  }

  #kalman(amount01: number, trust: Float32Array, seconds: number): void {
    const state = this.#state,
      speed = this.#speed,
      variance = this.#variance,
      laid = this.laid;
    const noise = (leastNoisePx + (mostNoisePx - leastNoisePx) * amount01) ** 2;
    const t = seconds,
      drift = driftPx2PerS3 * t,
      kept = 0.5 ** (t / speedHalfLifeS);
    for (let i = 0; i < landmarkCount; i++) {
      let place = variance[i * 3]!,
        both = variance[i * 3 + 1]! * kept,
        pace = variance[i * 3 + 2]! * kept * kept;
      place += t * (2 * both + t * pace) + (drift * t * t) / 3;
      both += t * pace + (drift * t) / 2;
      pace += drift;
      const r = noise * (1 + 3 * (1 - trust[i]!));
      speed[i * 2]! *= kept;
      speed[i * 2 + 1]! *= kept;
      const x = state[i * 2]! + t * speed[i * 2]!,
        y = state[i * 2 + 1]! + t * speed[i * 2 + 1]!;
      const ex = laid[i * 2]! - x,
        ey = laid[i * 2 + 1]! - y;
      const far = (ex * ex + ey * ey) / (2 * (place + r));
      if (far > surprise) {
        const more = Math.min(50, far / surprise);
        place *= more;
        both *= more;
        pace *= more;
      }
      const gain = place / (place + r),
        pull = both / (place + r);
      state[i * 2] = x + gain * ex;
      state[i * 2 + 1] = y + gain * ey;
      speed[i * 2]! += pull * ex;
      speed[i * 2 + 1]! += pull * ey;
      variance[i * 3] = place * (1 - gain);
      variance[i * 3 + 1] = both * (1 - gain);
      variance[i * 3 + 2] = pace - pull * both;
    }
  }

  /** Turn, scale and shift under which the face surface lies best over the reference. The scale is that of the two spreads, so that noise does not shrink it. */
  #overlay(points: Float32Array): void {
    const reference = this.#reference;
    let mx = 0,
      my = 0,
      mu = 0,
      mv = 0;
    for (let i = 0; i < surfaceCount; i++) {
      mx += points[i * 3]!;
      my += points[i * 3 + 1]!;
      mu += reference[i * 2]!;
      mv += reference[i * 2 + 1]!;
    }
    mx /= surfaceCount;
    my /= surfaceCount;
    mu /= surfaceCount;
    mv /= surfaceCount;
    let own = 1e-9,
      its = 1e-9,
      dot = 0,
      cross = 0;
    for (let i = 0; i < surfaceCount; i++) {
      const x = points[i * 3]! - mx,
        y = points[i * 3 + 1]! - my;
      const u = reference[i * 2]! - mu,
        v = reference[i * 2 + 1]! - mv;
      own += x * x + y * y;
      its += u * u + v * v;
      dot += x * u + y * v;
      cross += x * v - y * u;
    }
    const scale = Math.sqrt(its / own) / (Math.hypot(dot, cross) || 1);
    const a = (dot || 1e-9) * scale,
      b = cross * scale;
    const fit = this.#fit;
    fit[0] = a;
    fit[1] = b;
    fit[2] = mu - a * mx + b * my;
    fit[3] = mv - b * mx - a * my;
  }
}

/** Of a first-order low-pass, per picture. */
function gainOf(cutoffHz: number, seconds: number): number {
  const w = 2 * Math.PI * cutoffHz * seconds;
  return w / (w + 1);
}

/** The middle of three: what jumped for one picture alone is gone. */
export function medianOfThree(a: Float32Array, b: Float32Array, c: Float32Array, out: Float32Array): void {
  for (let i = 0; i < out.length; i++) {
    const x = a[i]!,
      y = b[i]!,
      z = c[i]!;
    out[i] = Math.max(Math.min(x, y), Math.min(Math.max(x, y), z));
  }
}
