/** A face as the detector saw it. */
export interface DetectedBox {
  /** In pixels of the picture that was sent. */
  readonly box: readonly [number, number, number, number];
  /** Six points: right eye, left eye, nose, mouth, right ear, left ear; x, y. */
  readonly keyPoints: readonly number[];
  readonly score01: number;
}
