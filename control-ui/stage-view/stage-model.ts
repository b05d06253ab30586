import type { Point01, PointM, StageCamera, StageDescription, StageWall } from '../../server/protocol/show.js';

/** What can be picked on the stage. */
export interface Pick {
  readonly kind: 'wall' | 'camera';
  /** The wall's id, or the camera's lane. */
  readonly id: string;
}

const radians = (degrees: number): number => (degrees * Math.PI) / 180;

/** A typical small volume, for what the show does not describe yet: one wall behind the mark, cameras on an arc before it. */
export function wholeStage(described: StageDescription, laneIds: readonly string[]): StageDescription {
  const walls = described.walls.length > 0 ? described.walls : [plainWall('wall', 'Back wall')];
  const missing = laneIds.filter((id) => !described.cameras.some(({ laneId }) => laneId === id));
  const cameras = [
    ...described.cameras.filter(({ laneId }) => laneIds.includes(laneId)),
    ...missing.map((laneId) => plainCamera(laneId, laneIds.indexOf(laneId))),
  ];
  return { ...described, walls, cameras };
}

export function plainWall(id: string, name: string): StageWall {
  return {
    ...{ id, name, shape: 'flat' as const, positionM: [0, 0.08, -2] as const, yawDeg: 0 },
    ...{ widthM: 5.2, heightM: 2.8, radiusM: null, pictureRegions: {} },
  };
}

/** The first camera looks straight at the mark; the others from the right, the left, farther right … */
function plainCamera(laneId: string, index: number): StageCamera {
  const panDeg = index === 0 ? 0 : Math.ceil(index / 2) * 28 * (index % 2 === 1 ? 1 : -1);
  const distanceM = 2.6;
  const place = [Math.sin(radians(panDeg)) * distanceM, 1.55, Math.cos(radians(panDeg)) * distanceM] as const;
  return {
    laneId,
    positionM: [round(place[0]), place[1], round(place[2])],
    rotationDeg: [panDeg, 0, 0],
    focalLengthMm: 40,
    sensorWidthMm: 24.5,
  };
}

/** To the millimetre, or the hundredth of a degree. */
export const round = (value: number, decimals = 3): number => Number(value.toFixed(decimals)) + 0;

export const horizontalFovDeg = ({ sensorWidthMm, focalLengthMm }: StageCamera): number =>
  (2 * Math.atan(sensorWidthMm / (2 * focalLengthMm)) * 180) / Math.PI;

/**
 * A point of a wall's surface in the room, metres.
 * @param alongM from the middle, positive to the right of somebody who looks at the front
 * @param upM above the lower edge
 */
export function wallPoint({ positionM, yawDeg, shape, radiusM }: StageWall, alongM: number, upM: number): PointM {
  const bent = shape === 'curved' && radiusM !== null;
  const angle = bent ? alongM / radiusM : 0;
  const x = bent ? radiusM * Math.sin(angle) : alongM;
  const z = bent ? radiusM * (1 - Math.cos(angle)) : 0;
  const yaw = radians(yawDeg);
  return [
    positionM[0] + x * Math.cos(yaw) + z * Math.sin(yaw),
    positionM[1] + upM,
    positionM[2] - x * Math.sin(yaw) + z * Math.cos(yaw),
  ];
}

/** A point of the room in the camera's own space, metres: x right, y up, −z ahead. Pan, then tilt, then roll. */
export function toCamera({ positionM, rotationDeg }: StageCamera, point: PointM): PointM {
  const [pan, tilt, roll] = rotationDeg.map(radians) as [number, number, number];
  const [dx, dy, dz] = point.map((at, axis) => at - positionM[axis]!) as [number, number, number];
  const x1 = dx * Math.cos(pan) - dz * Math.sin(pan);
  const z1 = dx * Math.sin(pan) + dz * Math.cos(pan);
  const y2 = dy * Math.cos(tilt) + z1 * Math.sin(tilt);
  const z2 = -dy * Math.sin(tilt) + z1 * Math.cos(tilt);
  return [x1 * Math.cos(roll) + y2 * Math.sin(roll), -x1 * Math.sin(roll) + y2 * Math.cos(roll), z2];
}

/** Where a point of the camera's space is in its picture, in fractions from the left top corner; null behind the lens. */
export function toPicture(camera: StageCamera, aspect: number, [x, y, z]: PointM): Point01 | null {
  if (z > -nearM) return null;
  const scale = camera.focalLengthMm / camera.sensorWidthMm / -z;
  return [0.5 + x * scale, 0.5 - y * scale * aspect];
}

const nearM = 0.05;
/** A curved edge is followed by so many pieces. */
const edgePieces = 12;

/** Where the wall is in the camera's picture: its outline, cut at the picture's border; null where it is not in it. */
export function wallRegion(wall: StageWall, camera: StageCamera, aspect: number): readonly Point01[] | null {
  const pieces = wall.shape === 'curved' ? edgePieces : 1;
  const along = Array.from({ length: pieces + 1 }, (_, i) => (i / pieces - 0.5) * wall.widthM);
  const outline = [
    ...along.map((at) => wallPoint(wall, at, wall.heightM)),
    ...along.reverse().map((at) => wallPoint(wall, at, 0)),
  ].map((point) => toCamera(camera, point));
  const ahead = cut(outline, ([, , z]) => -nearM - z, mixM);
  let flat = ahead.map((point) => toPicture(camera, aspect, [point[0], point[1], Math.min(point[2], -nearM)])!);
  const borders: readonly ((point: Point01) => number)[] = [([x]) => x, ([x]) => 1 - x, ([, y]) => y, ([, y]) => 1 - y];
  for (const inside of borders) flat = cut(flat, inside, mix01);
  if (flat.length < 3) return null;
  return flat.map(([x, y]) => [round(x, 4), round(y, 4)] as const);
}

const mixM = (a: PointM, b: PointM, t: number): PointM =>
  a.map((at, axis) => at + (b[axis]! - at) * t) as unknown as PointM;
const mix01 = (a: Point01, b: Point01, t: number): Point01 => [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t];

/** A polygon cut at one plane or line (Sutherland and Hodgman, 1974): what is inside has a distance of 0 and more. */
function cut<P>(polygon: readonly P[], distance: (point: P) => number, mix: (a: P, b: P, t: number) => P): P[] {
  return polygon.flatMap((point, i) => {
    const before = polygon[(i + polygon.length - 1) % polygon.length]!;
    const [from, to] = [distance(before), distance(point)];
    const crossing = from < 0 !== to < 0 ? [mix(before, point, from / (from - to))] : [];
    return to >= 0 ? [...crossing, point] : crossing;
  });
}

/** The stage with one wall or camera in another place. Moving a wall or a camera leaves measured picture regions as they are. */
export function withPart(
  stage: StageDescription,
  pick: Pick,
  part: Partial<StageWall> & Partial<StageCamera>,
): StageDescription {
  return pick.kind === 'wall'
    ? { ...stage, walls: stage.walls.map((wall) => (wall.id === pick.id ? { ...wall, ...part } : wall)) }
    : {
        ...stage,
        cameras: stage.cameras.map((camera) => (camera.laneId === pick.id ? { ...camera, ...part } : camera)),
      };
}

/** Every wall's region in every camera's picture, worked out from the geometry. */
export function withRegions(stage: StageDescription, aspectOf: (laneId: string) => number): StageDescription {
  const walls = stage.walls.map((wall) => ({
    ...wall,
    pictureRegions: Object.fromEntries(
      stage.cameras.flatMap((camera) => {
        const region = wallRegion(wall, camera, aspectOf(camera.laneId));
        return region ? [[camera.laneId, [region]] as const] : [];
      }),
    ),
  }));
  return { ...stage, walls };
}

/** "wall-2" where "wall" is taken. */
export function freeWallId(walls: readonly StageWall[]): string {
  for (let n = walls.length + 1; ; n++) if (!walls.some(({ id }) => id === `wall-${n}`)) return `wall-${n}`;
}
