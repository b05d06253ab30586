/** build/kernels/occlusion.wasm. Pointers are byte offsets in the kernel memory; contracts in assembly/occlusion.ts. */
export interface OcclusionExports {
  gather(luma: number, rgb: number, seen: number): number;
  place(points: number, uvs: number, indices: number, triangles: number, map: number, depth: number): number;
  recall(map: number, model: number, known: number): number;
  compare(seen: number, known: number, light: number, evidence: number): number;
  fitLight(seen: number, known: number, light: number, evidence: number, scratch: number): number;
  predict(known: number, light: number, expected: number): number;
  shiftScores(seen: number, expected: number, scores: number, radius: number, step: number, weak: number): number;
  learn(seen: number, map: number, model: number, light: number, mask: number, memoryFrames: number): number;
  segment(
    evidence: number,
    map: number,
    kept: number,
    mask: number,
    stack: number,
    weak: number,
    strong: number,
    leastCells: number,
    keep01: number,
    was: number,
    alert: number,
    arrived01: number,
    scrapCells: number,
  ): number;
  moveWith(
    backward: number,
    confidence: number,
    map: number,
    motion: number,
    evidence: number,
    alert: number,
    hold: number,
    strong: number,
    marked: number,
    ownPx: number,
    sure01: number,
  ): number;
  disturb(
    seen: number,
    before: number,
    backward: number,
    map: number,
    alert: number,
    hold: number,
    lumaCodes: number,
    colourCodes: number,
  ): number;
  guide(seen: number, mask: number, guided: number, scratch: number, epsilon: number): number;
  plane(
    src: number,
    guided: number,
    params: number,
    out: number,
    scratch: number,
    width: number,
    height: number,
    srcStride: number,
    outStride: number,
    format: number,
  ): number;
}
