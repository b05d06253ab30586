/** MediaPipe landmarks of both eyes: corners, then upper lid points with the lower ones that they meet. */
const eyes = [
  {
    corners: [33, 133],
    upper: [246, 161, 160, 159, 158, 157, 173],
    lower: [7, 163, 144, 145, 153, 154, 155],
  },
  {
    corners: [263, 362],
    upper: [466, 388, 387, 386, 385, 384, 398],
    lower: [249, 390, 373, 374, 380, 381, 382],
  },
] as const;
/** Lid gap over the eye's width at which the landmark model means a shut eye, and at which it is surely open (talk, stage: 0.07–0.14 shut, 0.33 open). */
const shut = 0.12;
const open = 0.2;

/** How far an eye is open, 0 shut … 1, from landmarks (stride 3). eye: 0 the performer's right, 1 the left. */
export function openness01(landmarks: Float32Array, eye: 0 | 1): number {
  const { corners, upper, lower } = eyes[eye];
  const between = (a: number, b: number): number =>
    // In depth too: a turned eye is narrower in the picture, not more open.
    Math.hypot(
      landmarks[a * 3]! - landmarks[b * 3]!,
      landmarks[a * 3 + 1]! - landmarks[b * 3 + 1]!,
      landmarks[a * 3 + 2]! - landmarks[b * 3 + 2]!,
    );
  const gap = between(upper[3], lower[3]) / Math.max(1, between(corners[0], corners[1]));
  const t = Math.min(1, Math.max(0, (gap - shut) / (open - shut)));
  return t * t * (3 - 2 * t);
}

/**
 * The landmark model leaves a slit in a shut eye, and the performer's own lid would show in it: the likeness's upper lid is
 * drawn down to the lower one as the eye shuts. shaped: vertices × (x, y), changed in place.
 */
export function closeLids(landmarks: Float32Array, shaped: Float32Array): void {
  for (const eye of [0, 1] as const) {
    const left = 1 - openness01(landmarks, eye);
    if (left <= 0) continue;
    const { upper, lower } = eyes[eye];
    for (let k = 0; k < upper.length; k++) {
      const a = upper[k]! * 2,
        b = lower[k]! * 2;
      shaped[a]! += (shaped[b]! - shaped[a]!) * left;
      shaped[a + 1]! += (shaped[b + 1]! - shaped[a + 1]!) * left;
    }
  }
}
