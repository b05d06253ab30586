/** build/kernels/occlusion.wasm. Pointers are byte offsets in the kernel memory; contracts in assembly/occlusion.ts. */
export interface OcclusionExports {
  gather(luma: number, rgb: number, seen: number): number;
  place(
    points: number,
    uvs: number,
    indices: number,
    triangles: number,
    face: number,
    map: number,
    depth: number,
  ): number;
  recall(map: number, model: number, known: number): number;
  compare(seen: number, known: number, light: number, evidence: number): number;
  compareBeside(seen: number, map: number, model: number, light: number, evidence: number, known: number): number;
  fitLight(seen: number, known: number, light: number, evidence: number, scratch: number): number;
  predict(known: number, light: number, expected: number): number;
  shiftScores(seen: number, expected: number, scores: number, radius: number, step: number, weak: number): number;
  learn(seen: number, map: number, model: number, light: number, mask: number, memoryFrames: number): number;
  jaw01(u: number, v: number): number;
  stray(
    seen: number,
    before: number,
    backward: number,
    map: number,
    depth: number,
    own: number,
    out: number,
    marks: number,
    stack: number,
  ): number;
  believe(
    seen: number,
    before: number,
    backward: number,
    map: number,
    stray: number,
    marks: number,
    evidence: number,
    belief: number,
    beliefBefore: number,
    alert: number,
    alertBefore: number,
    was: number,
    hold: number,
    scratch: number,
  ): number;
  segment(
    belief: number,
    map: number,
    mask: number,
    stack: number,
    leastCells: number,
    alert: number,
    arrived01: number,
    scrapCells: number,
    gapCells: number,
    beside: number,
    reach: number,
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
