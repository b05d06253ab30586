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

function basis(x: number, y: number, z: number, out: Float64Array): void {
  out[0] = 1;
  out[1] = x;
  out[2] = y;
  out[3] = z;
  out[4] = x * y;
  out[5] = x * z;
  out[6] = y * z;
  out[7] = x * x - y * y;
  out[8] = 3 * z * z - 1;
}

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

export class LightFit {
  readonly #b = new Float64Array(terms);
  readonly #matrix = new Float64Array(terms * terms);
  readonly #luma = new Float64Array(terms);
  readonly #cb = new Float64Array(terms);
  readonly #cr = new Float64Array(terms);
  readonly #right = new Float64Array(terms);
  readonly #fitted = new Float64Array(terms);
  #primed = false;

  constructor(private readonly count: number) {}

  reset(): void {
    this.#primed = false;
  }

  /**
   * normals: count × (x, y, z) unit, z to the viewer; ratio: performer's luma now / reference; dCb, dCr: difference of
   * chroma per luma; weight: 0 leaves the vertex out. Results land in `light`. `steadiness01` of the last fit is kept.
   */
  fit(
    normals: Float32Array,
    ratio: Float32Array,
    dCb: Float32Array,
    dCr: Float32Array,
    weight: Float32Array,
    steadiness01: number,
    light: VertexLight,
  ): void {
    const keep = this.#primed ? steadiness01 : 0;
    this.#solveOne(normals, ratio, weight, terms, 2, this.#luma, keep, 1);
    this.#solveOne(normals, dCb, weight, colourTerms, 1, this.#cb, keep, 0);
    this.#solveOne(normals, dCr, weight, colourTerms, 1, this.#cr, keep, 0);
    this.#primed = true;
    const b = this.#b;
    for (let i = 0; i < this.count; i++) {
      basis(normals[i * 3], normals[i * 3 + 1], Math.max(0, normals[i * 3 + 2]), b);
      let g = 0;
      for (let k = 0; k < terms; k++) g += this.#luma[k] * b[k];
      light.gain[i] = Math.min(mostGain, Math.max(leastGain, g));
      let u = 0,
        v = 0;
      for (let k = 0; k < colourTerms; k++) {
        u += this.#cb[k] * b[k];
        v += this.#cr[k] * b[k];
      }
      light.tintCb[i] = Math.min(0.35, Math.max(-0.35, u));
      light.tintCr[i] = Math.min(0.35, Math.max(-0.35, v));
    }
  }

  #solveOne(
    normals: Float32Array,
    value: Float32Array,
    weight: Float32Array,
    n: number,
    rounds: number,
    coefficients: Float64Array,
    keep: number,
    prior: number,
  ): void {
    const b = this.#b,
      matrix = this.#matrix,
      right = this.#right;
    const fitted = this.#fitted;
    for (let round = 0; round < rounds; round++) {
      matrix.fill(0);
      right.fill(0);
      let total = 0;
      for (let i = 0; i < this.count; i++) {
        let w = weight[i];
        if (w <= 0) continue;
        basis(normals[i * 3], normals[i * 3 + 1], normals[i * 3 + 2], b);
        if (round > 0) {
          let g = 0;
          for (let k = 0; k < n; k++) g += fitted[k] * b[k];
          const r = (value[i] - g) / 0.15;
          w /= 1 + r * r;
        }
        total += w;
        for (let r = 0; r < n; r++) {
          right[r] += w * b[r] * value[i];
          for (let c = 0; c <= r; c++) matrix[r * n + c] += w * b[r] * b[c];
        }
      }
      if (total < 8) {
        if (!this.#primed) {
          coefficients.fill(0);
          coefficients[0] = prior;
        }
        return;
      }
      // Ridge: unseen directions stay near flat light.
      for (let r = 0; r < n; r++) matrix[r * n + r] += total * (r === 0 ? 1e-6 : r < 4 ? 2e-3 : 1e-2);
      if (!solve(matrix, right, n)) return;
      fitted.set(right);
    }
    for (let k = 0; k < n; k++) coefficients[k] = coefficients[k] * keep + fitted[k] * (1 - keep);
  }
}
