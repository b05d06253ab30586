import { Euler, PerspectiveCamera, Vector3 } from 'three';
import { describe, expect, it } from 'vitest';
import {
  freeWallId,
  horizontalFovDeg,
  plainWall,
  toCamera,
  toPicture,
  wallPoint,
  wallRegion,
  wholeStage,
  withPart,
  withRegions,
} from '../../../control-ui/stage-view/stage-model.js';
import type { StageCamera, StageWall } from '../../../server/protocol/show.js';

const aspect = 16 / 9;
const camera: StageCamera = {
  laneId: 'cam-a',
  positionM: [0.4, 1.6, 3],
  rotationDeg: [8, -3, 5],
  focalLengthMm: 35,
  sensorWidthMm: 24,
};
const straight: StageCamera = { ...camera, positionM: [0, 1.5, 3], rotationDeg: [0, 0, 0] };
const wall: StageWall = { ...plainWall('w', 'W'), positionM: [0, 0, -2], widthM: 4, heightM: 3 };

describe('the geometry of the stage', () => {
  it('projects points as a three.js camera of the same place, turn and lens does', () => {
    const foreign = new PerspectiveCamera((2 * (Math.atan(24 / aspect / 2 / 35) * 180)) / Math.PI, aspect, 0.01, 100);
    const [pan, tilt, roll] = camera.rotationDeg.map((degrees) => (degrees * Math.PI) / 180);
    foreign.position.set(...camera.positionM);
    foreign.setRotationFromEuler(new Euler(tilt, pan, roll, 'YXZ'));
    foreign.updateMatrixWorld();
    for (const point of [
      [0, 0, -2],
      [1.2, 2.2, -1],
      [-0.6, 1.1, 0.5],
    ] as const) {
      const ndc = new Vector3(...point).project(foreign);
      const [x, y] = toPicture(camera, aspect, toCamera(camera, point))!;
      expect(x).toBeCloseTo((ndc.x + 1) / 2, 6);
      expect(y).toBeCloseTo((1 - ndc.y) / 2, 6);
    }
  });

  it('bends a curved wall towards its front, keeps its width along the surface, and turns it about its foot', () => {
    const curved: StageWall = { ...wall, shape: 'curved', radiusM: 3, yawDeg: 90 };
    expect(wallPoint(curved, 0, 0)).toEqual([0, 0, -2]);
    const [x, , z] = wallPoint(curved, 2, 1);
    // Turned by 90° the front looks along +x: the ends come forward there, and "right" is −z.
    expect(x).toBeCloseTo(3 * (1 - Math.cos(2 / 3)), 6);
    expect(z).toBeCloseTo(-2 - 3 * Math.sin(2 / 3), 6);
  });

  it('finds a flat wall in the picture by its four corners, and cuts it at the border', () => {
    const region = wallRegion({ ...wall, widthM: 2, heightM: 1, positionM: [0, 1, -2] }, straight, aspect)!;
    const half01 = (35 / 24) * (1 / 5);
    expect(region).toHaveLength(4);
    expect(Math.min(...region.map(([x]) => x))).toBeCloseTo(0.5 - half01, 3);
    expect(Math.max(...region.map(([x]) => x))).toBeCloseTo(0.5 + half01, 3);
    const wide = wallRegion({ ...wall, widthM: 60, heightM: 30, positionM: [0, -5, -2] }, straight, aspect)!;
    expect(wide.every(([x, y]) => x >= 0 && x <= 1 && y >= 0 && y <= 1)).toBe(true);
    expect(wide).toHaveLength(4);
  });

  it('has no region for a wall behind the camera, and a whole one for a wall that reaches behind it', () => {
    expect(wallRegion({ ...wall, positionM: [0, 0, 9] }, straight, aspect)).toBeNull();
    const beside: StageWall = { ...wall, positionM: [1.5, 0, 2], yawDeg: -90, widthM: 8 };
    const region = wallRegion(beside, straight, aspect)!;
    expect(region.length).toBeGreaterThanOrEqual(3);
    expect(region.every(([x]) => x >= 0.5 && x <= 1)).toBe(true);
  });

  it('stands in for what is not described, and keeps what is', () => {
    const stage = wholeStage({ walls: [], cameras: [camera] }, ['cam-a', 'cam-b', 'cam-c']);
    expect(stage.walls).toHaveLength(1);
    expect(stage.cameras[0]).toBe(camera);
    expect(stage.cameras.map(({ laneId }) => laneId)).toEqual(['cam-a', 'cam-b', 'cam-c']);
    // A camera that stands in looks at the mark.
    const [x, y] = toPicture(stage.cameras[1]!, aspect, toCamera(stage.cameras[1]!, [0, 1.55, 0]))!;
    expect([x, y]).toEqual([expect.closeTo(0.5, 3), expect.closeTo(0.5, 3)]);
    expect(wholeStage({ walls: [], cameras: [camera] }, ['cam-b']).cameras.map(({ laneId }) => laneId)).toEqual([
      'cam-b',
    ]);
  });

  it('changes one part alone, names new walls freely, and writes regions for the cameras that see a wall', () => {
    const stage = wholeStage({ walls: [wall], cameras: [straight] }, ['cam-a']);
    const moved = withPart(stage, { kind: 'wall', id: 'w' }, { yawDeg: 12 });
    expect(moved.walls[0]).toEqual({ ...wall, yawDeg: 12 });
    expect(moved.cameras).toBe(stage.cameras);
    expect(freeWallId([{ ...wall, id: 'wall-2' }])).toBe('wall-3');
    const regions = withRegions(stage, () => aspect).walls[0]!.pictureRegions;
    expect(regions['cam-a']![0]).toEqual(wallRegion(wall, straight, aspect));
    expect(horizontalFovDeg(straight)).toBeCloseTo(37.8, 1);
  });
});
