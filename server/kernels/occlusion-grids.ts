/** Grids of one face. */
export interface OcclusionGrids {
  seenPtr: number;
  readonly mapPtr: number;
  readonly modelPtr: number;
  readonly lightPtr: number;
  readonly evidencePtr: number;
  readonly maskPtr: number;
  readonly guidedPtr: number;
  readonly depthPtr: number;
  readonly strayPtr: number;
  readonly marksPtr: number;
  /** What each cell is believed to show, and where something has come in lately. */
  beliefPtr: number;
  alertPtr: number;
  /** The same of the picture before, its `seen` and its mask. */
  beforePtr: number;
  beliefBeforePtr: number;
  alertBeforePtr: number;
  readonly wasPtr: number;
}

/** The face mesh as texture space knows it: u, v 0…1 per vertex, three vertices per triangle, clockwise on the screen. */
export interface OcclusionMesh {
  readonly uvs: Float32Array;
  readonly triangles: Uint16Array;
  /** So many of them are the face, the others lie round it; all, where nothing is said. */
  readonly faceTriangles?: number;
}
