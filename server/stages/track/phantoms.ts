import type { BoxPx } from '../../frame/geometry.js';

type Box = readonly [number, number, number, number];

/** Detections after which a place that only looked like a face is looked at again. */
const detectionsToForget = 30;
/** Intersection over union from which a detection is the same mistake. A face that comes to stand there has another size. */
const sameOverlap = 0.6;
const most = 8;

/** Where the detector keeps seeing a face that the mesh model never saw: lights, folds, the back of a head. */
export class Phantoms {
  readonly #boxes: { box: Box; left: number }[] = [];

  add({ x0, y0, x1, y1 }: BoxPx): void {
    this.#boxes.push({ box: [x0, y0, x1, y1], left: detectionsToForget });
    if (this.#boxes.length > most) this.#boxes.shift();
  }
  has(box: Box): boolean {
    return this.#boxes.some((phantom) => overUnion(phantom.box, box) > sameOverlap);
  }
  /** Once per detection. */
  age(): void {
    for (let i = this.#boxes.length - 1; i >= 0; i--) if (--this.#boxes[i]!.left <= 0) this.#boxes.splice(i, 1);
  }
  forget(): void {
    this.#boxes.length = 0;
  }
}

function overUnion(a: Box, b: Box): number {
  const w = Math.min(a[2], b[2]) - Math.max(a[0], b[0]);
  const h = Math.min(a[3], b[3]) - Math.max(a[1], b[1]);
  if (w <= 0 || h <= 0) return 0;
  const area = (box: Box): number => (box[2] - box[0]) * (box[3] - box[1]);
  return (w * h) / (area(a) + area(b) - w * h);
}
