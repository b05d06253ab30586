import { describe, expect, it } from 'vitest';
import { sceneNames, type SceneName } from '../../server/stage-sim/scene/scripts.js';
import { isCastBuilt, StageScene } from '../../server/stage-sim/stage-scene.js';
import { StageTruth } from '../../server/stage-sim/stage-truth.js';

const widthPx = 480,
  heightPx = 270;
const ready = isCastBuilt();
const stage = (scene: SceneName, seed = 1): StageScene => new StageScene({ scene, seed, widthPx, heightPx });
const frame = (of: StageScene, n: number, who: 'performer' | 'likeness' = 'performer'): Uint8Array => {
  const picture = new Uint8Array(widthPx * heightPx * 2);
  of.renderFrame(n, { who }, picture);
  return picture;
};

describe.skipIf(!ready)(`the simulated stage${ready ? '' : ' (skipped: the cast is not built)'}`, () => {
  it('gives equal bytes for equal scene, seed and frame number, in any order of asking', () => {
    const first = stage('demo'),
      second = stage('demo');
    const inOrder = [0, 1, 30, 31].map((n) => frame(first, n));
    [31, 0, 30, 1].forEach((n) =>
      expect(Buffer.compare(frame(second, n), inOrder[[0, 1, 30, 31].indexOf(n)]!)).toBe(0),
    );
    expect(Buffer.compare(inOrder[0]!, inOrder[1]!)).not.toBe(0);
    expect(Buffer.compare(frame(stage('demo', 2), 30), inOrder[2]!)).not.toBe(0);
  });

  it('keeps legal range and is never black in any scene', () => {
    for (const scene of sceneNames) {
      const picture = frame(stage(scene), 33);
      let sum = 0;
      for (let i = 1; i < picture.length; i += 2) sum += picture[i]!;
      expect(sum / (picture.length / 2), scene).toBeGreaterThan(30);
      if (scene !== 'grain')
        expect(
          picture.every((value, i) => i % 2 === 0 || (value >= 16 && value <= 235)),
          scene,
        ).toBe(true);
    }
  });

  it('changes only head and neck between the performer and the ideal output', () => {
    const scene = stage('demo'),
      truth = new StageTruth(scene),
      masks = truth.masks(20),
      [person] = truth.people(20);
    const plain = frame(scene, 20),
      ideal = frame(scene, 20, 'likeness');
    const { x0, y0, x1, y1 } = person!.faceBox,
      width = x1 - x0,
      height = y1 - y0;
    let inside = 0,
      faceChange = 0,
      facePixels = 0;
    for (let y = 0; y < heightPx; y++) {
      for (let x = 0; x < widthPx; x++) {
        const changed = Math.abs(plain[(y * widthPx + x) * 2 + 1]! - ideal[(y * widthPx + x) * 2 + 1]!);
        const isHead = x > x0 - 0.5 * width && x < x1 + 0.5 * width && y > y0 - 0.6 * height && y < y1 + 0.8 * height;
        if (!isHead) expect(changed, `${x},${y}`).toBe(0);
        else inside += changed > 8 ? 1 : 0;
        if (masks.face[y * widthPx + x]! > 250) {
          faceChange += changed;
          facePixels++;
        }
      }
    }
    expect(inside).toBeGreaterThan(500);
    expect(faceChange / facePixels).toBeGreaterThan(8);
  });

  it('sends a called hand across the face once, and the truth says how much of the face it hides', () => {
    const scene = stage('still'),
      truth = new StageTruth(scene);
    expect(truth.masks(5).faceVisible01).toBe(1);
    scene.callOccluder('hand', 10);
    const visible = [5, 40, 75].map((n) => truth.masks(n).faceVisible01);
    expect(visible[0]).toBe(1);
    expect(visible[1]).toBeLessThan(0.75);
    expect(visible[2]).toBe(1);
  });

  it('hides the face behind who crosses, and loses it when the performer leaves', () => {
    const crossing = new StageTruth(stage('crossing'));
    expect(Math.min(...[70, 75, 80].map((n) => crossing.masks(n).faceVisible01))).toBeLessThan(0.4);
    const leaving = new StageTruth(stage('reenter'));
    expect(leaving.people(10)[0]!.inFrame01).toBe(1);
    expect(leaving.people(120)[0]!.inFrame01).toBe(0);
  });

  it('turns to 60° and says so', () => {
    const yaws = Array.from({ length: 150 }, (_, n) => (new StageTruth(turning).people(n)[0]!.yawRad * 180) / Math.PI);
    expect(Math.max(...yaws)).toBeGreaterThan(57);
    expect(Math.min(...yaws)).toBeLessThan(-57);
  });
  const turning = ready ? stage('turn') : (null as unknown as StageScene);

  it('has room for one to four people', () => {
    for (const people of [1, 2, 3, 4]) {
      const scene = new StageScene({ scene: 'talk', seed: 3, widthPx, heightPx, people });
      const found = new StageTruth(scene).people(12);
      expect(found).toHaveLength(people);
      expect(new Set(found.map(({ id }) => id)).size).toBe(people);
      for (const { inFrame01 } of found) expect(inFrame01).toBeGreaterThan(0.9);
    }
  });
});
