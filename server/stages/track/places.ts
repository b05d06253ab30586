import type { FaceTrack } from '../../frame/face-track.js';

/** The detection's centre lies more than a third of a face away from the track's. */
export function astray(face: FaceTrack, box: readonly [number, number, number, number]): boolean {
  const { x0, y0, x1, y1 } = face.box;
  const dx = (box[0] + box[2] - x0 - x1) / 2,
    dy = (box[1] + box[3] - y0 - y1) / 2;
  return Math.hypot(dx, dy) > 0.33 * Math.max(x1 - x0, y1 - y0);
}

/** Of the face's box inside the picture. */
export function share01({ box: { x0, y0, x1, y1 } }: FaceTrack, widthPx: number, heightPx: number): number {
  const w = Math.min(x1, widthPx) - Math.max(x0, 0);
  const h = Math.min(y1, heightPx) - Math.max(y0, 0);
  return w > 0 && h > 0 ? (w * h) / ((x1 - x0) * (y1 - y0)) : 0;
}

/** Intersection over the smaller box: a detector's box and a mesh's box differ in size. */
export function overlap(face: FaceTrack, box: readonly [number, number, number, number]): number {
  const a = face.box;
  const w = Math.min(a.x1, box[2]) - Math.max(a.x0, box[0]);
  const h = Math.min(a.y1, box[3]) - Math.max(a.y0, box[1]);
  if (w <= 0 || h <= 0) return 0;
  const least = Math.min((a.x1 - a.x0) * (a.y1 - a.y0), (box[2] - box[0]) * (box[3] - box[1]));
  return least > 0 ? (w * h) / least : 0;
}

/** The face's centre has left the picture. */
export function outside(face: FaceTrack, widthPx: number, heightPx: number): boolean {
  const x = (face.box.x0 + face.box.x1) / 2;
  const y = (face.box.y0 + face.box.y1) / 2;
  return !(x > 0 && y > 0 && x < widthPx && y < heightPx);
}
