/** Which of two layers each cell shows, the face or something before it, carried from picture to picture. Grids: occlusion.ts. */
import { BESIDE, CELLS, COUNT } from './_occlusion-plane';
import { COUNTED } from './_occlusion-stray';

/** Log-odds: of a cell that moves otherwise than the face, and the most that earlier pictures are believed. */
const MOVES: f32 = 1.5;
const MOST_BEFORE: f32 = 2;
const MOST: f32 = 4;
/** A picture in which nothing changes says again what was known: that much of it counts. */
const AGAIN: f32 = 0.12;
/** What four neighbours of the same colour say, of a cell's own; and of a cell beside the face, of which often only its motion is known. */
const NEIGHBOURS: f32 = 0.2;
const NEIGHBOURS_UNSEEN: f32 = 0.5;
/** Flow is a guess where there is nothing to see: that a cell beside the face moves as the face does counts for less. */
const LIKE_FACE_UNSEEN: f32 = 0.5;
/** Codes by which two neighbours of one thing may differ. */
const ONE_THING: f32 = 24;
/** Codes by which a cell may differ from where the flow says it was; and at which nothing is left of what was known. */
const FOLLOWED: f32 = 3;
const NEW: f32 = 11;
/** What is in front moves by so much more than the face, crop px, from which on to move as the face does speaks for the face. */
const TELLING_PX: f32 = 2;

/** Log-odds of the evidence, measured on the stage: hands and props against skin beside them. */
export function oddsOf(evidence: f32): f32 {
  if (evidence < 0) return 0;
  if (evidence < 0.5) return -2;
  if (evidence < 1) return -2 + (evidence - 0.5) * 1.4;
  if (evidence < 2.5) return -1.3 + (evidence - 1) * (1.3 / 1.5);
  if (evidence < 5) return (evidence - 2.5) * 0.4;
  if (evidence < 12) return 1 + (evidence - 5) / 7;
  return Mathf.min(2.5, 2 + (evidence - 12) / 56);
}

/**
 * belief: f32 per cell, −4 … 4, log-odds that the cell shows something in front; rewritten from beliefBefore. What was believed moves with the flow,
 * as far as the flow leads to the same colours; how the cell moves (`stray`) and how much it looks like the face (`evidence`) are added, by as much as
 * the picture has changed there. alert: u8, `hold` where something moves that is not the face (on the face: near what `stray` counted, by its `marks`), carried along, one
 * less a picture; at least 1 where the mask of the picture before (`was`) has gone. Where it is 0, not to look like the face says nothing: nothing has come. scratch: f32 per cell. Returns how much
 * faster than the face that moves which was in front of it, 1/16 crop px a picture; 0 while nothing was.
 */
export function believe(
  seen: usize, before: usize, backward: usize, map: usize, stray: usize, marks: usize, evidence: usize,
  belief: usize, beliefBefore: usize, alert: usize, alertBefore: usize, was: usize, hold: i32, scratch: usize,
): i32 {
  const gain = gainOf(seen, before, map), speed = speedOf(map, stray, was);
  for (let i = 0; i < COUNT; i++) {
    const flow = backward + (<usize>i << 3);
    const fx = <f32>(i & (CELLS - 1)) + load<f32>(flow) * 0.25, fy = <f32>(i / CELLS) + load<f32>(flow, 4) * 0.25;
    const isIn = fx >= 0 && fy >= 0 && fx <= <f32>(CELLS - 1) && fy <= <f32>(CELLS - 1);
    const hx = Mathf.min(<f32>(CELLS - 1) - 0.001, Mathf.max(0, fx)), hy = Mathf.min(<f32>(CELLS - 1) - 0.001, Mathf.max(0, fy));
    const ix = <i32>hx, iy = <i32>hy;
    const wx = hx - <f32>ix, wy = hy - <f32>iy;
    const at = iy * CELLS + ix;
    const change = changeAt(seen + (<usize>i << 4), before + (<usize>at << 4), wx, wy, gain);
    const follows = Mathf.min(1, Mathf.max(0, (NEW - change) / (NEW - FOLLOWED)));
    const nearest = <usize>((wy < 0.5 ? iy : iy + 1) * CELLS + (wx < 0.5 ? ix : ix + 1));
    const far = load<f32>(stray + (<usize>i << 3)), over = load<f32>(stray + (<usize>i << 3), 4);
    let left = isIn ? <i32>load<u8>(alertBefore + nearest) - 1 : 0;
    const isFace = load<f32>(map + (<usize>i << 3)) >= 0;
    if (over > 0 && change < NEW && (!isFace || nearCounted(marks, i))) left = hold;
    else if (left < 1) left = isIn && load<u8>(was + nearest) == 0 ? 1 : 0;
    store<u8>(alert + <usize>i, <u8>left);
    const known = isIn ? mixed(beliefBefore + (<usize>at << 2), wx, wy) : <f32>0;
    const held = Mathf.min(MOST_BEFORE, Mathf.max(-MOST_BEFORE, known)) * follows;
    const way = Mathf.min(1, Mathf.max(-1, over / 1.5));
    const telling = Mathf.min(1, Mathf.max(0, (speed - far + over) / TELLING_PX));
    const looks = load<f32>(evidence + (<usize>i << 2));
    const e = isFace ? looks : looks <= BESIDE ? BESIDE - looks : <f32>-1;
    const moves = MOVES * way * (way > 0 ? follows : !isFace || e < 0 ? telling * LIKE_FACE_UNSEEN : telling);
    const news = AGAIN + (1 - AGAIN) * Mathf.min(1, Mathf.max(far * 0.5, (change - 2) / 6));
    const odds = oddsOf(e);
    store<f32>(scratch + (<usize>i << 2), held + news * (moves + (left > 0 ? odds : Mathf.min(0, odds))));
    // What neighbours say counts by the same measure.
    store<f32>(belief + (<usize>i << 2), news * (e < 0 ? NEIGHBOURS_UNSEEN : NEIGHBOURS));
  }
  agree(seen, scratch, belief);
  return <i32>(speed * 16);
}

/** The cell itself, or one of the eight round it, was counted. */
function nearCounted(marks: usize, i: i32): bool {
  const x = i & (CELLS - 1), y = i / CELLS;
  for (let j = max(0, y - 1); j <= min(CELLS - 1, y + 1); j++)
    for (let k = max(0, x - 1); k <= min(CELLS - 1, x + 1); k++)
      if ((load<u8>(marks + <usize>(j * CELLS + k)) & COUNTED) != 0) return true;
  return false;
}
function gainOf(seen: usize, before: usize, map: usize): f32 {
  let sum: f32 = 0, sumBefore: f32 = 0;
  for (let i = 0; i < COUNT; i++) {
    if (load<f32>(map + (<usize>i << 3)) < 0) continue;
    sum += load<f32>(seen + (<usize>i << 4));
    sumBefore += load<f32>(before + (<usize>i << 4));
  }
  return sumBefore > 0 && sum > 0 ? sum / sumBefore : <f32>1;
}
/** How much faster than the face that moves which was in front of it; 0 while nothing was. */
function speedOf(map: usize, stray: usize, was: usize): f32 {
  let sum: f32 = 0, count = 0;
  for (let i = 0; i < COUNT; i++) {
    if (load<u8>(was + <usize>i) != 0 || load<f32>(map + (<usize>i << 3)) < 0) continue;
    sum += load<f32>(stray + (<usize>i << 3));
    count++;
  }
  return count > 20 ? sum / <f32>count : <f32>0;
}
/** The most that luma or a colour difference has changed against a place of the picture before. */
// @ts-ignore: decorator
@inline function changeAt(cell: usize, from: usize, wx: f32, wy: f32, gain: f32): f32 {
  const x = f32x4.splat(wx);
  const top = f32x4.add(v128.load(from), f32x4.mul(f32x4.sub(v128.load(from, 16), v128.load(from)), x));
  const low = f32x4.add(v128.load(from, CELLS * 16), f32x4.mul(f32x4.sub(v128.load(from, CELLS * 16 + 16), v128.load(from, CELLS * 16)), x));
  const was = f32x4.mul(f32x4.add(top, f32x4.mul(f32x4.sub(low, top), f32x4.splat(wy))), f32x4.splat(gain));
  const change = f32x4.abs(f32x4.sub(v128.load(cell), was));
  return Mathf.max(f32x4.extract_lane(change, 0), Mathf.max(f32x4.extract_lane(change, 1), f32x4.extract_lane(change, 2)));
}
// @ts-ignore: decorator
@inline function mixed(at: usize, wx: f32, wy: f32): f32 {
  const top = load<f32>(at) + (load<f32>(at, 4) - load<f32>(at)) * wx;
  const low = load<f32>(at + CELLS * 4) + (load<f32>(at + CELLS * 4, 4) - load<f32>(at + CELLS * 4)) * wx;
  return top + (low - top) * wy;
}

/** Neighbours of one colour are of one thing. raw: what each cell says by itself; belief: how much neighbours count, then the result. */
function agree(seen: usize, raw: usize, belief: usize): void {
  for (let y = 0; y < CELLS; y++) {
    for (let x = 0; x < CELLS; x++) {
      const at = y * CELLS + x;
      let sum: f32 = 0;
      if (x > 0) sum += said(seen, raw, at, at - 1);
      if (x < CELLS - 1) sum += said(seen, raw, at, at + 1);
      if (y > 0) sum += said(seen, raw, at, at - CELLS);
      if (y < CELLS - 1) sum += said(seen, raw, at, at + CELLS);
      const value = load<f32>(raw + (<usize>at << 2)) + load<f32>(belief + (<usize>at << 2)) * sum;
      store<f32>(belief + (<usize>at << 2), Mathf.min(MOST, Mathf.max(-MOST, value)));
    }
  }
}
// @ts-ignore: decorator
@inline function said(seen: usize, raw: usize, at: i32, other: i32): f32 {
  const apart = f32x4.abs(f32x4.sub(v128.load(seen + (<usize>at << 4)), v128.load(seen + (<usize>other << 4))));
  const sum = f32x4.extract_lane(apart, 0) + f32x4.extract_lane(apart, 1) + f32x4.extract_lane(apart, 2);
  const weight: f32 = 1 - sum / ONE_THING;
  return weight <= 0 ? <f32>0 : weight * Mathf.min(2, Mathf.max(-2, load<f32>(raw + (<usize>other << 2))));
}
