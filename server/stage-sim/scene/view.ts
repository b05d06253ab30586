/** A pinhole camera on the stage: it stands `distanceDm` in front of the origin's plane z = 0 and looks along −z. */
export interface View {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly focalPx: number;
  readonly distanceDm: number;
  /** The point of the plane z = 0 that is seen in the middle of the picture. */
  readonly centreXDm: number;
  readonly centreYDm: number;
}

/** Row-major rotation, applied as R·p. */
export type Rotation = Float64Array;

/** Yaw turns to the person's left (positive), pitch nods down (positive), roll tips towards the person's left (positive). */
export function rotationOf(
  yawRad: number,
  pitchRad: number,
  rollRad: number,
  out: Rotation = new Float64Array(9),
): Rotation {
  const cy = Math.cos(yawRad),
    sy = Math.sin(yawRad),
    cp = Math.cos(pitchRad),
    sp = Math.sin(pitchRad);
  const cr = Math.cos(-rollRad),
    sr = Math.sin(-rollRad);
  // Ry · Rx · Rz
  out[0] = cy * cr + sy * sp * sr;
  out[1] = -cy * sr + sy * sp * cr;
  out[2] = sy * cp;
  out[3] = cp * sr;
  out[4] = cp * cr;
  out[5] = -sp;
  out[6] = -sy * cr + cy * sp * sr;
  out[7] = sy * sr + cy * sp * cr;
  out[8] = cy * cp;
  return out;
}

/** How a person stands, looks and feels at one instant. */
export interface PersonState {
  /** Where the person's model origin is moved to, dm. */
  readonly xDm: number;
  readonly yDm: number;
  readonly zDm: number;
  readonly yawRad: number;
  readonly pitchRad: number;
  readonly rollRad: number;
  /** Turn of the trunk; the head's angles are absolute. */
  readonly trunkYawRad: number;
  readonly gazeYawRad: number;
  readonly gazePitchRad: number;
  /** Weight of each expression unit, in the order of expressionUnitNames. */
  readonly expression: Float32Array;
}

/** Light as the renderer takes it: linear intensities, directions towards the light (unit, world). */
export interface LightRig {
  readonly key: DirectionalLight;
  readonly fill: DirectionalLight;
  readonly rim: DirectionalLight;
  readonly ambientTop: readonly [number, number, number];
  readonly ambientBottom: readonly [number, number, number];
}
export interface DirectionalLight {
  readonly direction: readonly [number, number, number];
  readonly rgb: readonly [number, number, number];
}
