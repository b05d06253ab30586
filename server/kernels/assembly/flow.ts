// Dense inverse search optical flow (Kroeger, Timofte, Dai, Van Gool: Fast Optical Flow using Dense Inverse Search, ECCV
// 2016), written from the paper for 8 × 16-bit vectors. server/kernels/flow.ts drives it, twin/flow.ts says it slowly.
export { halveLuma, halveLevel, padLevel, sobelLevel } from './_flow-pyramid';
export { searchLevel } from './_flow-search';
export { blurSums, normaliseFlow, normaliseQuality } from './_flow-densify';
export { carryPoints, composeGrid, upsampleGrid, doubleGrid, doubleScalar, shrinkGrid, warpLuma } from './_flow-carry';
export { crossCheck } from './_flow-confidence';
