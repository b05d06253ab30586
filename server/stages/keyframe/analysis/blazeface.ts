import type { BoxPx } from '../../../frame/geometry.js';

/** Numbers per anchor: centre x, y, width, height, six points (x, y). */
export const rowLength = 16;
export const keyPointCount = 6;

/** A face in the detector's own 256-pixel picture. */
export interface RawFace {
  readonly box: BoxPx;
  /** Performer's right eye, left eye, nose tip, mouth, right ear, left ear: (x, y) each. */
  readonly keyPoints: Float32Array;
  readonly score01: number;
}

/** Which output holds which grid: cells in a row, anchors a cell. */
export const grids = [
  { scores: 'scores16', boxes: 'boxes16', cells: 16, anchorsPerCell: 2 },
  { scores: 'scores32', boxes: 'boxes32', cells: 8, anchorsPerCell: 6 },
] as const;

const sigmoid = (logit: number): number => 1 / (1 + Math.exp(-logit));
const logit = (probability: number): number => Math.log(probability / (1 - probability));

/**
 * Appends the faces of one grid that score at least `minScore01`. Coordinates are offsets from the cell's centre; `sidePx` is the width
 * of the picture that the network sees, `cells` how many lie in a row of it.
 */
export function decodeGrid(
  faces: RawFace[],
  grid: { readonly cells: number; readonly anchorsPerCell: number; readonly sidePx: number },
  scores: Float32Array,
  boxes: Float32Array,
  minScore01: number,
): void {
  const threshold = logit(minScore01);
  const cellPx = grid.sidePx / grid.cells;
  for (let i = 0; i < scores.length; i++) {
    if (!(scores[i]! >= threshold)) continue;
    const cell = Math.floor(i / grid.anchorsPerCell);
    const anchorX = ((cell % grid.cells) + 0.5) * cellPx,
      anchorY = (Math.floor(cell / grid.cells) + 0.5) * cellPx;
    const row = boxes.subarray(i * rowLength, (i + 1) * rowLength);
    const x = anchorX + row[0]!,
      y = anchorY + row[1]!,
      halfWidth = row[2]! / 2,
      halfHeight = row[3]! / 2;
    faces.push({
      box: { x0: x - halfWidth, y0: y - halfHeight, x1: x + halfWidth, y1: y + halfHeight },
      keyPoints: Float32Array.from(
        { length: keyPointCount * 2 },
        (_, k) => row[4 + k]! + (k % 2 === 0 ? anchorX : anchorY),
      ),
      score01: sigmoid(scores[i]!),
    });
  }
}

export function overlap01(a: BoxPx, b: BoxPx): number {
  const width = Math.min(a.x1, b.x1) - Math.max(a.x0, b.x0),
    height = Math.min(a.y1, b.y1) - Math.max(a.y0, b.y0);
  if (width <= 0 || height <= 0) return 0;
  const shared = width * height;
  return shared / ((a.x1 - a.x0) * (a.y1 - a.y0) + (b.x1 - b.x0) * (b.y1 - b.y0) - shared);
}

/**
 * One face per cluster of overlapping candidates, best first. As MediaPipe does, the cluster's boxes and points are averaged
 * by score, which is steadier from frame to frame than the best candidate alone.
 */
export function mergeOverlapping(candidates: readonly RawFace[], maxOverlap01: number): RawFace[] {
  let rest = [...candidates].sort((a, b) => b.score01 - a.score01);
  const kept: RawFace[] = [];
  while (rest.length > 0) {
    const best = rest[0]!;
    const cluster = rest.filter((face) => face === best || overlap01(face.box, best.box) > maxOverlap01);
    rest = rest.filter((face) => !cluster.includes(face));
    kept.push(weightedMean(cluster, best.score01));
  }
  return kept;
}

function weightedMean(cluster: readonly RawFace[], score01: number): RawFace {
  const total = cluster.reduce((sum, face) => sum + face.score01, 0);
  const mean = (pick: (face: RawFace) => number): number =>
    cluster.reduce((sum, face) => sum + pick(face) * face.score01, 0) / total;
  return {
    box: {
      x0: mean((face) => face.box.x0),
      y0: mean((face) => face.box.y0),
      x1: mean((face) => face.box.x1),
      y1: mean((face) => face.box.y1),
    },
    keyPoints: Float32Array.from({ length: keyPointCount * 2 }, (_, k) => mean((face) => face.keyPoints[k]!)),
    score01,
  };
}
