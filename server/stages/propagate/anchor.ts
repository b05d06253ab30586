import { type FaceTrack, landmarkCount } from '../../frame/face-track.js';

/** Less of a known face in sight than this is not enough to be followed. */
export const coveredVisible01 = 0.45;
/** From here a face is in full sight, as far as its place goes. */
export const anchorVisible01 = 0.65;
/** Less than this, and the face is looked for round its place. */
export const wholeVisible01 = 0.92;
/** From here a known face proves by its looks that it is still there. */
export const itselfVisible01 = 0.75;
/** Of its width: how far a half-hidden face may be from where it is expected. */
const mostStray01 = 0.05;
const mostStrayCovered01 = 0.02;

/**
 * The anchor is where a face was last in full sight, moved on as it moved; picture px. While the face is half hidden it may stray from
 * there only so far: what fits a piece of skin further away is a hand. True where `carried` was moved back.
 */
export function holdToAnchor(anchor: { x: number; y: number }, face: FaceTrack, isKnown: boolean): boolean {
  const { box } = face;
  const x = (box.x0 + box.x1) / 2,
    y = (box.y0 + box.y1) / 2;
  if (!isKnown || face.visible01 >= anchorVisible01) {
    anchor.x = x;
    anchor.y = y;
    return false;
  }
  anchor.x += face.velocityX;
  anchor.y += face.velocityY;
  const dx = x - anchor.x,
    dy = y - anchor.y;
  const most = face.visible01 < coveredVisible01 ? mostStrayCovered01 : mostStray01;
  // Who is on the move may be slowing down or not.
  const reachPx = most * (box.x1 - box.x0) + 0.5 * Math.hypot(face.velocityX, face.velocityY);
  const far = Math.hypot(dx, dy) / reachPx;
  if (far <= 1) return false;
  const backX = dx / far - dx,
    backY = dy / far - dy;
  const { carried, toCrop } = face;
  for (let i = 0; i < landmarkCount; i++) {
    carried[i * 3]! += toCrop[0]! * backX + toCrop[1]! * backY;
    carried[i * 3 + 1]! += toCrop[3]! * backX + toCrop[4]! * backY;
  }
  return true;
}
