import type { Point01, StageDescription } from '../protocol/show.js';

/** Where the walls are in the picture of one camera: faces inside are pictures of faces, and stay untouched. */
export const wallRegionsOf = (stage: StageDescription, laneId: string): readonly (readonly Point01[])[] =>
  stage.walls.flatMap(({ pictureRegions }) => pictureRegions[laneId] ?? []);
