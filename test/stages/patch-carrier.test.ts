import { describe, expect, it } from 'vitest';
import { FaceTrack } from '../../server/frame/face-track.js';
import { DisFlow } from '../../server/kernels/flow.js';
import { KernelMemory } from '../../server/kernels/memory.js';
import { PatchKernel } from '../../server/kernels/patch.js';
import { gridAt } from '../../server/kernels/twin/patch.js';
import { PatchCarrier } from '../../server/stages/propagate/patch-carrier.js';
import { fitSimilarity } from '../../server/frame/similarity.js';
import { RefinedFlow } from '../../server/stages/propagate/refined-flow.js';

/** A lane's carrier with a flow whose grids the test writes itself: each picture moves the crop's content by (dx, dy) crop px. */
function carried() {
  const memory = new KernelMemory(64);
  const carrier = new PatchCarrier(memory, new PatchKernel(memory), 2);
  const flow = new DisFlow(memory, { sizePx: 256, preset: 'fastest' });
  const face = new FaceTrack(0);
  for (let i = 0; i < 478; i++) face.carried.set([60 + (i % 22) * 6, 50 + Math.floor(i / 22) * 7, 0], i * 3);
  face.confidence01 = 1;
  const cells = 64 * 64;
  const next = (dx: number, dy: number, confidence01 = 1): void => {
    carrier.before(face);
    for (let i = 0; i < 478; i++) {
      face.carried[i * 3]! += dx;
      face.carried[i * 3 + 1]! += dy;
    }
    for (let i = 0; i < cells; i++) memory.f32.set([-dx, -dy], (flow.backwardPtr >> 2) + i * 2);
    memory.f32.fill(confidence01, flow.confidencePtr >> 2, (flow.confidencePtr >> 2) + cells);
    carrier.after(face, flow);
  };
  const patch = (value: number) => ({
    rgba: new Uint8Array(16 * 16 * 4).fill(value),
    depth: 8 as const,
    sidePx: 16,
    toPatch: [0.1, 0, 0, 0, 0.1, 0],
  });
  const mapAt = (x: number, y: number): [number, number] => {
    const { ptr } = carrier.of(0).current!.map;
    return gridAt(memory.f32.subarray(ptr >> 2, (ptr >> 2) + cells * 2), 64, 64, x, y);
  };
  return { memory, carrier, flow, face, next, patch, mapAt };
}

describe('PatchCarrier', () => {
  it('a late patch has its whole way composed: from the picture it was asked of to this one', () => {
    const { carrier, face, next, patch, mapAt } = carried();
    next(3, 1);
    carrier.ask(face);
    for (const [dx, dy] of [
      [2, 0],
      [1.5, -1],
      [0.25, 2],
    ] as const)
      next(dx, dy);
    expect(carrier.arrived(0, patch(100), 'a', 'rgb', 3)).toBe(true);
    expect(carrier.of(0)).toMatchObject({ fade01: 1, previous: null, current: { ageFrames: 3 } });
    expect(mapAt(128, 128)).toEqual([expect.closeTo(-3.75, 4), expect.closeTo(-1, 4)]);
    for (let i = 0; i < 30; i++) next(0.5, 0);
    expect(mapAt(128, 128)[0]).toBeCloseTo(-18.75, 3);
    expect(carrier.of(0).current!.ageFrames).toBe(33);
  });

  it('the next one fades in over the stated pictures while the one before is carried on', () => {
    const { carrier, face, next, patch } = carried();
    carrier.ask(face);
    next(1, 0);
    carrier.arrived(0, patch(10), 'a', 'bt709', 3);
    carrier.ask(face);
    next(1, 0);
    carrier.arrived(0, patch(20), 'a', 'bt709', 3);
    const fades = [0, 1, 2, 3, 4].map(() => {
      const { fade01 } = carrier.of(0);
      next(1, 0);
      return fade01;
    });
    expect(fades).toEqual([0.25, 0.5, 0.75, 1, 1]);
    expect(carrier.of(0).previous!.ageFrames).toBe(7);
  });

  it('where flow is unsure the face’s own motion carries it, and wholly while the face coasts', () => {
    const { carrier, face, next, patch, mapAt, memory, flow } = carried();
    carrier.ask(face);
    next(2, 0, 0);
    carrier.arrived(0, patch(1), 'a', 'rgb', 0);
    expect(mapAt(100, 100)[0]).toBeCloseTo(-2, 3);
    face.confidence01 = 0;
    carrier.before(face);
    for (let i = 0; i < 478; i++) face.carried[i * 3]! += 5;
    // What covers the face moves the other way, and flow is sure of it.
    for (let i = 0; i < 64 * 64; i++) memory.f32.set([9, 9], (flow.backwardPtr >> 2) + i * 2);
    carrier.after(face, flow);
    expect(mapAt(100, 100)).toEqual([expect.closeTo(-7, 3), expect.closeTo(0, 3)]);
  });

  it('a patch for a face that has gone, or that nobody asked for, is refused', () => {
    const { carrier, face, patch } = carried();
    expect(carrier.arrived(0, patch(1), 'a', 'rgb', 0)).toBe(false);
    carrier.ask(face);
    carrier.reset(0);
    expect(carrier.arrived(0, patch(1), 'a', 'rgb', 0)).toBe(false);
    carrier.ask(face);
    carrier.giveUp(0);
    expect(carrier.arrived(0, patch(1), 'a', 'rgb', 0)).toBe(false);
    expect(carrier.of(0).current).toBeNull();
  });

  it('a network’s flow replaces what small errors added up to, by and by, for the patches that were there when it began', () => {
    const { carrier, face, next, patch, mapAt, memory, flow } = carried();
    const refined = new RefinedFlow(memory);
    /** b → a: the content came from 1.5 px a picture further back than the built-in flow saw. */
    const says = (u: number, confidence01: number): void => {
      for (let i = 0; i < 64 * 64; i++) memory.f32.set([u, 0], (refined.backwardPtr >> 2) + i * 2);
      const at = refined.backwardConfidencePtr >> 2;
      memory.f32.fill(confidence01, at, at + 64 * 64);
    };
    carrier.ask(face);
    next(1, 0);
    carrier.arrived(0, patch(1), 'a', 'rgb', 0);
    carrier.anchor(0, 1);
    for (let i = 0; i < 4; i++) next(1, 0);
    carrier.askFlow(0, 5);
    next(1, 0);
    next(1, 0);
    says(-6, 1);
    expect(mapAt(128, 128)[0]).toBeCloseTo(-7, 3);
    expect(carrier.refine(0, refined, flow, 2)).toBe(1);
    // Half of the two pixels at once, the rest with the next picture.
    expect(mapAt(128, 128)[0]).toBeCloseTo(-8, 3);
    next(1, 0);
    expect(mapAt(128, 128)[0]).toBeCloseTo(-10, 3);
    // The next one starts where the last one ended, and is not believed where it does not believe itself.
    carrier.askFlow(0, 8);
    next(1, 0);
    says(-50, 0.1);
    expect(carrier.refine(0, refined, flow, 1)).toBe(1);
    expect(mapAt(128, 128)[0]).toBeCloseTo(-11, 3);
    // A patch that is younger than the anchor is left alone.
    carrier.askFlow(0, 9);
    carrier.ask(face);
    next(1, 0);
    carrier.arrived(0, patch(2), 'a', 'rgb', 0);
    says(-4.5, 1);
    expect(carrier.refine(0, refined, flow, 1)).toBe(1);
    expect(mapAt(128, 128)[0]).toBeCloseTo(-1, 3);
    expect(carrier.refine(0, refined, flow, 1)).toBe(0);
  });

  it('the motion of a turned, grown and shifted face is found exactly', () => {
    const { face } = carried();
    const to = face.carried.slice();
    const [cos, sin] = [1.1 * Math.cos(0.2), 1.1 * Math.sin(0.2)];
    for (let i = 0; i < to.length; i += 3) {
      const [x, y] = [to[i]!, to[i + 1]!];
      to.set([cos * x - sin * y + 4, sin * x + cos * y - 7], i);
    }
    const motion = new Float64Array(6);
    fitSimilarity(face.carried, to, 468, motion);
    [cos, -sin, 4, sin, cos, -7].forEach((value, i) => expect(motion[i]!).toBeCloseTo(value, 3));
  });
});
