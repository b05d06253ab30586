import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { invertAffine } from '../../server/frame/geometry.js';
import { createSession } from '../../server/onnx/ort.js';
import { modelsRoot } from '../../server/paths.js';
import { FaceDetector } from '../../server/stages/keyframe/analysis/face-detector.js';
import { FaceMesher } from '../../server/stages/keyframe/analysis/face-mesher.js';
import {
  cropFace,
  mapLandmarks,
  roiOfDetection,
  roiOfLandmarks,
} from '../../server/stages/keyframe/analysis/region.js';
import { renderPortrait } from '../../server/stage-sim/portrait.js';
import { landmarkCount, LandmarkTracker } from '../../server/stage-sim/scene/landmarks.js';
import { isCastBuilt, StageScene } from '../../server/stage-sim/stage-scene.js';
import { StageTruth } from '../../server/stage-sim/stage-truth.js';
import { expressionUnitNames, type PersonId } from '../../server/stage-sim/cast/recipes.js';

const ready = isCastBuilt();
const hasModels =
  existsSync(join(modelsRoot, 'blazeface-back.onnx')) && existsSync(join(modelsRoot, 'facemesh-attention.onnx'));
const widthPx = 640,
  heightPx = 360;

describe.skipIf(!ready)(`the truth of the simulated stage${ready ? '' : ' (skipped: the cast is not built)'}`, () => {
  it('moves each landmark by the flow at its pixel', () => {
    const scene = new StageScene({ scene: 'fastTurn', seed: 1, widthPx, heightPx }),
      truth = new StageTruth(scene),
      at = 67;
    const [now] = truth.people(at),
      [next] = truth.people(at + 1),
      flow = truth.flow(at),
      { face } = truth.masks(at);
    const errors: number[] = [];
    let moved = 0;
    // Nose, cheeks, chin, brow: on the surface, not at its silhouette.
    for (const i of [1, 4, 5, 6, 9, 50, 101, 118, 151, 152, 195, 197, 199, 200, 205, 280, 330, 347, 425]) {
      const x = now!.landmarks[i * 3]!,
        y = now!.landmarks[i * 3 + 1]!,
        pixel = Math.floor(y) * widthPx + Math.floor(x);
      if (face[pixel]! < 250) continue;
      const dx = next!.landmarks[i * 3]! - x,
        dy = next!.landmarks[i * 3 + 1]! - y;
      moved = Math.max(moved, Math.hypot(dx, dy));
      errors.push(Math.hypot(flow.dx[pixel]! - dx, flow.dy[pixel]! - dy));
    }
    errors.sort((a, b) => a - b);
    expect(errors.length).toBeGreaterThan(8);
    expect(moved).toBeGreaterThan(3);
    expect(errors[errors.length >> 1]).toBeLessThan(0.15);
  });

  it('warps a frame onto the next: the face’s difference falls by more than two thirds', () => {
    const scene = new StageScene({ scene: 'turn', seed: 1, widthPx, heightPx }),
      truth = new StageTruth(scene);
    const a = new Uint8Array(widthPx * heightPx * 2),
      b = new Uint8Array(a.length);
    scene.renderFrame(20, { who: 'performer' }, a);
    scene.renderFrame(21, { who: 'performer' }, b);
    const flow = truth.flow(20),
      { face } = truth.masks(20),
      luma = (p: Uint8Array, x: number, y: number): number => p[(y * widthPx + x) * 2 + 1]!;
    let still = 0,
      warped = 0,
      count = 0;
    for (let y = 1; y < heightPx - 2; y++) {
      for (let x = 1; x < widthPx - 2; x++) {
        const i = y * widthPx + x,
          gx = x + flow.dx[i]!,
          gy = y + flow.dy[i]!,
          ix = Math.floor(gx),
          iy = Math.floor(gy),
          fx = gx - ix,
          fy = gy - iy;
        if (face[i]! < 250 || ix < 0 || iy < 0 || ix > widthPx - 2 || iy > heightPx - 2) continue;
        const seen =
          (luma(b, ix, iy) * (1 - fx) + luma(b, ix + 1, iy) * fx) * (1 - fy) +
          (luma(b, ix, iy + 1) * (1 - fx) + luma(b, ix + 1, iy + 1) * fx) * fy;
        warped += Math.abs(seen - luma(a, x, y));
        still += Math.abs(luma(b, x, y) - luma(a, x, y));
        count++;
      }
    }
    expect(count).toBeGreaterThan(3000);
    expect(warped / count).toBeLessThan((still / count) * 0.34);
  });

  it('keeps one correspondence for all people: landmarks are symmetric to a few hundredths of the eyes’ distance', () => {
    const pairs = [
      [33, 263],
      [61, 291],
      [234, 454],
      [105, 334],
      [129, 358],
      [172, 397],
    ] as const;
    for (const id of ['robin', 'sasha', 'kim', 'ada', 'noa'] as PersonId[]) {
      const { actor, view } = renderPortrait(id, { sidePx: 256 }),
        tracker = new LandmarkTracker(actor.model);
      const state = {
        xDm: 0,
        yDm: 0,
        zDm: 0,
        yawRad: 0,
        pitchRad: 0,
        rollRad: 0,
        trunkYawRad: 0,
        gazeYawRad: 0,
        gazePitchRad: 0,
        expression: new Float32Array(expressionUnitNames.length),
      };
      const points = tracker.project(actor.geometry, state, view);
      expect(points).toHaveLength(landmarkCount * 3);
      const eyes = points[263 * 3]! - points[33 * 3]!;
      for (const [right, left] of pairs) {
        expect(Math.abs(points[right * 3]! + points[left * 3]! - 256) / eyes).toBeLessThan(0.08);
        expect(Math.abs(points[right * 3 + 1]! - points[left * 3 + 1]!) / eyes).toBeLessThan(0.08);
      }
    }
  });

  it.skipIf(!hasModels)(
    `agrees with the face mesher to 3.5 % of the eyes’ distance${hasModels ? '' : ' (skipped: the models are not built)'}`,
    async () => {
      const detector = await FaceDetector.create(createSession),
        mesher = await FaceMesher.create(createSession);
      const means: number[] = [];
      for (const [id, yawDeg] of [
        ['robin', 0],
        ['robin', 18],
        ['sasha', -18],
        ['kim', 8],
        ['ada', 0],
        ['noa', -8],
      ] as [PersonId, number][]) {
        const portrait = renderPortrait(id, { yawDeg, sidePx: 640, expression: { smile: 0.4, jawOpen: 0.15 } }),
          frame = { data: portrait.rgb, widthPx: 640, heightPx: 640 };
        const [face] = await detector.detect(portrait.rgb, 640, 640);
        expect(face?.score01, id).toBeGreaterThan(0.8);
        let roi = roiOfDetection(face!),
          found = new Float32Array(0);
        for (let pass = 0; pass < 2; pass++) {
          const mesh = await mesher.landmarks(cropFace(frame, roi));
          expect(mesh.presence01).toBeGreaterThan(0.9);
          found = mapLandmarks(mesh.landmarks, invertAffine(roi)) as Float32Array<ArrayBuffer>;
          roi = roiOfLandmarks(found);
        }
        const yaw = (yawDeg * Math.PI) / 180;
        const state = {
          xDm: 0,
          yDm: 0,
          zDm: 0,
          yawRad: yaw,
          pitchRad: 0,
          rollRad: 0,
          trunkYawRad: 0,
          gazeYawRad: -0.3 * yaw,
          gazePitchRad: 0,
          expression: new Float32Array(0),
        };
        const known = new LandmarkTracker(portrait.actor.model).project(portrait.actor.geometry, state, portrait.view);
        const eyes = Math.hypot(known[263 * 3]! - known[33 * 3]!, known[263 * 3 + 1]! - known[33 * 3 + 1]!);
        let sum = 0;
        for (let i = 0; i < landmarkCount; i++)
          sum +=
            Math.hypot(known[i * 3]! - found[i * 3]!, known[i * 3 + 1]! - found[i * 3 + 1]!) / eyes / landmarkCount;
        means.push(sum);
      }
      await Promise.all([detector.close(), mesher.close()]);
      expect(Math.max(...means), means.map((m) => (m * 100).toFixed(1)).join(' ')).toBeLessThan(0.045);
      expect(means.reduce((a, b) => a + b, 0) / means.length).toBeLessThan(0.035);
    },
  );
});
