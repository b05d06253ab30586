/** Exports of build/kernels/flow.wasm; every argument is a byte offset or a number, see assembly/_flow-*.ts. */
export interface FlowKernel {
  halveLuma(src: number, dst: number, width: number, height: number, srcStride: number, dstStride: number): number;
  halveLevel(src: number, dst: number, width: number, height: number, srcStride: number, dstStride: number): number;
  padLevel(level: number, width: number, height: number, stride: number): number;
  sobelLevel(level: number, gx: number, gy: number, columns: number, rows: number, stride: number): number;
  searchLevel(plan: number): number;
  blurSums(src: number, dst: number, stride: number, plane: number, zeros: number): number;
  normaliseFlow(sums: number, stride: number, plane: number, grid: number, columns: number, rows: number): number;
  normaliseQuality(sums: number, stride: number, plane: number, quality: number, columns: number, rows: number): number;
  doubleGrid(src: number, dst: number, columns: number, rows: number): number;
  doubleScalar(src: number, dst: number, columns: number, rows: number): number;
  shrinkGrid(src: number, dst: number, columns: number, rows: number, factor: number): number;
  upsampleGrid(
    grid: number,
    dst: number,
    width: number,
    height: number,
    columns: number,
    rows: number,
    rowBuffer: number,
  ): number;
  carryPoints(
    grid: number,
    confidence: number,
    points: number,
    out: number,
    outConfidence: number,
    count: number,
    columns: number,
    rows: number,
    cellPx: number,
  ): number;
  composeGrid(first: number, second: number, out: number, columns: number, rows: number, cellPx: number): number;
  warpLuma(
    src: number,
    grid: number,
    dst: number,
    width: number,
    height: number,
    srcStride: number,
    dstStride: number,
    columns: number,
    rows: number,
    cellPx: number,
  ): number;
  crossCheck(
    forward: number,
    backward: number,
    quality: number,
    confidence: number,
    columns: number,
    rows: number,
    cellPx: number,
    floorPx: number,
  ): number;
}
