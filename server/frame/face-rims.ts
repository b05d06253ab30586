/** MediaPipe's contours round the openings of the face, in order: what opens and closes with expression. */
export const rightEyeRing = [33, 7, 163, 144, 145, 153, 154, 155, 133, 173, 157, 158, 159, 160, 161, 246] as const;
export const leftEyeRing = [263, 249, 390, 373, 374, 380, 381, 382, 362, 398, 384, 385, 386, 387, 388, 466] as const;
export const innerLipRing = [
  78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308, 324, 318, 402, 317, 14, 87, 178, 88, 95,
] as const;
export const rims: readonly (readonly number[])[] = [rightEyeRing, leftEyeRing, innerLipRing];
