import type { KernelMemory } from '../../kernels/memory.js';
import { harmonicSumFloats, type VertexKernel } from '../../kernels/vertex.js';

/**
 * The performer's light on the likeness, by quotient images (Shashua and Riklin-Raviv 2001): at every vertex the ratio of
 * the performer's luma now to the performer's luma when enrolled is light alone, the skin cancels. The ratio is fitted with
 * second-order spherical harmonics of the vertex normal (Ramamoorthi and Hanrahan 2001: nine terms hold 99 % of diffuse
 * light), so hair, specular spots and fingers do not print through. Colour of the light: the same with four terms on Cb/Y, Cr/Y.
 * Code values are gamma coded; a ratio of powers is the power of a ratio, so no linearisation is needed.
 */
const terms = 9;
const colourTerms = 4;
/** Bounds of the light's gain, in code values: darker or brighter than this is not believed. */
const leastGain = 0.15;
const mostGain = 2.6;

/** Symmetric positive definite solve in place (Cholesky); returns false where it is not. */
function solve(matrix: Float64Array, right: Float64Array, n: number): boolean {
  for (let j = 0; j < n; j++) {
    let d = matrix[j * n + j];
    for (let k = 0; k < j; k++) d -= matrix[j * n + k] * matrix[j * n + k];
    if (!(d > 1e-12)) return false;
    d = Math.sqrt(d);
    matrix[j * n + j] = d;
    for (let i = j + 1; i < n; i++) {
      let s = matrix[i * n + j];
      for (let k = 0; k < j; k++) s -= matrix[i * n + k] * matrix[j * n + k];
      matrix[i * n + j] = s / d;
    }
  }
  for (let i = 0; i < n; i++) {
    let s = right[i];
    for (let k = 0; k < i; k++) s -= matrix[i * n + k] * right[k];
    right[i] = s / matrix[i * n + i];
  }
  for (let i = n - 1; i >= 0; i--) {
    let s = right[i];
    for (let k = i + 1; k < n; k++) s -= matrix[k * n + i] * right[k];
    right[i] = s / matrix[i * n + i];
  }
  return true;
}

export interface VertexLight {
  /** Luma gain per vertex. */
  readonly gain: Float32Array;
  /** Light's colour: to be added to Cb/Y and Cr/Y. */
  readonly tintCb: Float32Array;
  readonly tintCr: Float32Array;
}

/** What a fit reads, count × f32 each (normals × 3), in kernel memory: whoever fits fills them. All faces share them. */
export class LightSamples {
  /** Unit, z to the viewer. */
  readonly normals: Float32Array;
  /** The performer's luma now by the reference's. */
  readonly ratio: Float32Array;
  /** Difference of chroma per luma. */
  readonly dCb: Float32Array;
  readonly dCr: Float32Array;
  /** 0 leaves the vertex out. */
  readonly weight: Float32Array;
  readonly #ptrs: readonly number[];
  readonly #fittedPtr: number;
  readonly #sumsPtr: number;
  readonly sums: Float32Array;

  constructor(
    private readonly memory: KernelMemory,
    private readonly kernel: VertexKernel,
    readonly count: number,
  ) {
    const ptrs = [3, 1, 1, 1, 1].map((floats) => memory.allocate(count * floats * 4));
    const view = (index: number, floats: number): Float32Array =>
      memory.f32.subarray(ptrs[index]! >> 2, (ptrs[index]! >> 2) + floats);
    this.#ptrs = ptrs;
    this.normals = view(0, count * 3);
    this.ratio = view(1, count);
    this.dCb = view(2, count);
    this.dCr = view(3, count);
    this.weight = view(4, count);
    this.#fittedPtr = memory.allocate(terms * 4);
    this.#sumsPtr = memory.allocate(harmonicSumFloats * 4);
    this.sums = memory.f32.subarray(this.#sumsPtr >> 2, (this.#sumsPtr >> 2) + harmonicSumFloats);
  }

  /** `fitted`: what outliers are measured against. Sums are rows of 12: see the kernel. */
  sum(fitted: Float64Array | null): void {
    const [normals, ratio, dCb, dCr, weight] = this.#ptrs as [number, number, number, number, number];
    if (fitted) for (let k = 0; k < terms; k++) this.memory.f32[(this.#fittedPtr >> 2) + k] = fitted[k]!;
    const ptr = fitted ? this.#fittedPtr : 0;
    this.kernel.harmonicSums(normals, ratio, dCb, dCr, weight, ptr, outlierSpread, this.#sumsPtr, this.count);
  }
}
/** A ratio that is off by this counts half. */
const outlierSpread = 0.15;
/** A gain that differs by this from one picture to the next is half a flash: noise of the fit is a tenth of it. */
const suddenGain = 0.06;
/** Columns of a row of the sums, and which of them are right sides. */
const columns = 12;
const [ofLuma, ofCb, ofCr] = [9, 10, 11];

/** One face's light, from picture to picture. */
export class LightFit {
  readonly #matrix = new Float64Array(terms * terms);
  readonly #colourMatrix = new Float64Array(colourTerms * colourTerms);
  readonly #right = new Float64Array(terms);
  readonly #luma = new Float64Array(terms);
  readonly #cb = new Float64Array(colourTerms);
  readonly #cr = new Float64Array(colourTerms);
  readonly #colourRight = new Float64Array(colourTerms);
  #primed = false;

  constructor(private readonly samples: LightSamples) {}

  reset(): void {
    this.#primed = false;
  }

  /**
   * Fits what the samples hold now. Results land in `light`; `steadiness01` of the last fit is kept where the light is much as it was: a flash is
   * followed in its very picture.
   */
  fit(steadiness01: number, light: VertexLight): void {
    const { samples } = this;
    samples.sum(null);
    const total = samples.sums[0];
    if (total >= 8) this.#follow(total, this.#primed ? steadiness01 : 0);
    else if (!this.#primed) {
      this.#luma.fill(0);
      this.#luma[0] = 1;
      this.#cb.fill(0);
      this.#cr.fill(0);
    }
    this.#primed = true;
    this.#shine(samples.normals, light);
  }

  /** Two rounds for luma: in the second, what the first fits badly (hair, highlights, fingers) counts less. */
  #follow(total: number, steadiness01: number): void {
    const right = this.#right;
    const isSolved = this.#solve(this.#matrix, right, terms, ofLuma, total);
    const keep = isSolved ? steadiness01 / (1 + (this.#change(right) / suddenGain) ** 2) : steadiness01;
    this.#fitColour(ofCb, total, keep, this.#cb);
    this.#fitColour(ofCr, total, keep, this.#cr);
    if (!isSolved) return;
    this.samples.sum(right);
    const again = this.samples.sums[0];
    if (again < 8 || !this.#solve(this.#matrix, right, terms, ofLuma, again)) return;
    for (let k = 0; k < terms; k++) this.#luma[k] = this.#luma[k] * keep + right[k] * (1 - keep);
  }

  /** How far the gain of what looks to the camera is from what it was. */
  #change(right: Float64Array): number {
    const l = this.#luma;
    return Math.abs(right[0] - l[0] + right[3] - l[3] + 2 * (right[8] - l[8]));
  }

  #fitColour(column: number, total: number, keep: number, into: Float64Array): void {
    const right = this.#colourRight;
    if (!this.#solve(this.#colourMatrix, right, colourTerms, column, total)) return;
    for (let k = 0; k < colourTerms; k++) into[k] = into[k] * keep + right[k] * (1 - keep);
  }

  /** The first `n` terms of the sums; the solution lands in `right`. */
  #solve(matrix: Float64Array, right: Float64Array, n: number, column: number, total: number): boolean {
    const { sums } = this.samples;
    for (let r = 0; r < n; r++) {
      for (let c = 0; c <= r; c++) matrix[r * n + c] = sums[r * columns + c];
      right[r] = sums[r * columns + column];
    }
    return solveRidged(matrix, right, n, total);
  }

  #shine(normals: Float32Array, light: VertexLight): void {
    const l = this.#luma,
      cb = this.#cb,
      cr = this.#cr;
    for (let i = 0; i < this.samples.count; i++) {
      const x = normals[i * 3],
        y = normals[i * 3 + 1],
        z = Math.max(0, normals[i * 3 + 2]);
      const flat = l[0] + l[1] * x + l[2] * y + l[3] * z;
      const bent = l[4] * x * y + l[5] * x * z + l[6] * y * z + l[7] * (x * x - y * y) + l[8] * (3 * z * z - 1);
      light.gain[i] = Math.min(mostGain, Math.max(leastGain, flat + bent));
      light.tintCb[i] = Math.min(0.35, Math.max(-0.35, cb[0] + cb[1] * x + cb[2] * y + cb[3] * z));
      light.tintCr[i] = Math.min(0.35, Math.max(-0.35, cr[0] + cr[1] * x + cr[2] * y + cr[3] * z));
    }
  }
}

/** Ridge: unseen directions stay near flat light. Solves in place. */
function solveRidged(matrix: Float64Array, right: Float64Array, n: number, total: number): boolean {
  for (let r = 0; r < n; r++) matrix[r * n + r] += total * (r === 0 ? 1e-6 : r < 4 ? 2e-3 : 1e-2);
  return solve(matrix, right, n);
}
