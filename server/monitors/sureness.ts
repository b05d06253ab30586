import { cropSizePx, type FaceTrack, surfaceCount } from '../frame/face-track.js';
import type { KernelMemory } from '../kernels/memory.js';
import type { BytePlane, MonitorKernel } from '../kernels/monitor.js';

/** Cells of the face-aligned crop, 8 px each: about as far apart as landmarks are. */
const side = 32;
const cellPx = cropSizePx / side;
/** Rounds in which empty cells between landmarks take on their neighbours' mean. */
const fillRounds = 2;

/** How sure flow is of each part of a face, spread from its landmarks over the picture. */
export class SurenessMap {
  readonly #gridPtr: number;
  readonly #sums = new Float32Array(side * side);
  readonly #counts = new Float32Array(side * side);
  readonly #next = new Float32Array(side * side);
  readonly #toCell = new Float64Array(6);

  constructor(
    private readonly memory: KernelMemory,
    private readonly kernel: MonitorKernel,
  ) {
    this.#gridPtr = memory.allocate(side * side);
  }

  /** Lays the face over the plane: 1 (not at all sure) … 255, nothing outside of it. */
  lay(face: FaceTrack, plane: BytePlane, widthPx: number, heightPx: number): void {
    const { toCrop, landmarks, landmarkConfidence, landmarkVisible01 } = face;
    for (let i = 0; i < 6; i++) this.#toCell[i] = toCrop[i]! / cellPx;
    this.#sums.fill(0);
    this.#counts.fill(0);
    for (let i = 0; i < surfaceCount; i++) {
      const x = landmarks[i * 3]!;
      const y = landmarks[i * 3 + 1]!;
      const column = Math.floor(this.#toCell[0]! * x + this.#toCell[1]! * y + this.#toCell[2]!);
      const row = Math.floor(this.#toCell[3]! * x + this.#toCell[4]! * y + this.#toCell[5]!);
      if (column < 0 || row < 0 || column >= side || row >= side) continue;
      this.#sums[row * side + column]! += landmarkConfidence[i]! * landmarkVisible01[i]!;
      this.#counts[row * side + column]!++;
    }
    for (let round = 0; round < fillRounds; round++) this.#fillGaps();
    for (let i = 0; i < side * side; i++) {
      const count = this.#counts[i]!;
      this.memory.u8[this.#gridPtr + i] = count === 0 ? 0 : 1 + Math.round((254 * this.#sums[i]!) / count);
    }
    this.kernel.splat(this.#gridPtr, side, this.#toCell, plane, boxOf(face, widthPx, heightPx));
  }

  #fillGaps(): void {
    this.#next.set(this.#counts);
    for (let row = 1; row < side - 1; row++)
      for (let column = 1; column < side - 1; column++) {
        const at = row * side + column;
        if (this.#counts[at]! > 0) continue;
        let sum = 0;
        let count = 0;
        for (const beside of [at - 1, at + 1, at - side, at + side]) {
          if (this.#counts[beside]! === 0) continue;
          sum += this.#sums[beside]! / this.#counts[beside]!;
          count++;
        }
        if (count < 2) continue;
        this.#sums[at] = sum / count;
        this.#next[at] = 1;
      }
    this.#counts.set(this.#next);
  }
}

/** The picture's part that the face's landmarks lie in, with a cell or two round it. */
function boxOf({ box }: FaceTrack, widthPx: number, heightPx: number): FaceTrack['box'] {
  const spare = Math.ceil((box.x1 - box.x0) / 10);
  const within = (value: number, most: number): number => Math.max(0, Math.min(most, Math.round(value)));
  return {
    x0: within(box.x0 - spare, widthPx),
    x1: within(box.x1 + spare, widthPx),
    y0: within(box.y0 - spare, heightPx),
    y1: within(box.y1 + spare, heightPx),
  };
}
