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

function basis(x: number, y: number, z: number, out: Float64Array, at: number): void {
  out[at] = 1;
  out[at + 1] = x;
  out[at + 2] = y;
  out[at + 3] = z;
  out[at + 4] = x * y;
  out[at + 5] = x * z;
  out[at + 6] = y * z;
  out[at + 7] = x * x - y * y;
  out[at + 8] = 3 * z * z - 1;
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
  /** Of every vertex that counts. */
  readonly #basis: Float64Array;
  readonly #matrix = new Float64Array(terms * terms);
  readonly #colourMatrix = new Float64Array(colourTerms * colourTerms);
  readonly #right = new Float64Array(terms);
  readonly #next = new Float64Array(terms);
  readonly #luma = new Float64Array(terms);
  readonly #cb = new Float64Array(colourTerms);
  readonly #cr = new Float64Array(colourTerms);
  readonly #colourRight = new Float64Array(colourTerms);
  #primed = false;

  constructor(private readonly count: number) {
    this.#basis = new Float64Array(count * terms);
  }

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
    for (let i = 0; i < this.count; i++) {
      if (weight[i] > 0) basis(normals[i * 3], normals[i * 3 + 1], normals[i * 3 + 2], this.#basis, i * terms);
    }
    const total = this.#sum(ratio, weight, null);
    if (total >= 8) {
      this.#fitColour(dCb, weight, total, keep, this.#cb);
      this.#fitColour(dCr, weight, total, keep, this.#cr);
      this.#fitLuma(ratio, weight, total, keep);
    } else if (!this.#primed) {
      this.#luma.fill(0);
      this.#luma[0] = 1;
      this.#cb.fill(0);
      this.#cr.fill(0);
    }
    this.#primed = true;
    this.#shine(normals, light);
  }

  /** Two rounds: in the second, what the first fits badly (hair, highlights, fingers) counts less. */
  #fitLuma(ratio: Float32Array, weight: Float32Array, total: number, keep: number): void {
    const right = this.#right;
    if (!solveRidged(this.#matrix, right, terms, total)) return;
    const again = this.#sum(ratio, weight, right);
    if (again < 8 || !solveRidged(this.#matrix, right, terms, again)) return;
    for (let k = 0; k < terms; k++) this.#luma[k] = this.#luma[k] * keep + right[k] * (1 - keep);
  }

  /** After the first #sum, whose matrix holds these terms as well. */
  #fitColour(value: Float32Array, weight: Float32Array, total: number, keep: number, into: Float64Array): void {
    const b = this.#basis,
      matrix = this.#colourMatrix;
    let r0 = 0,
      r1 = 0,
      r2 = 0,
      r3 = 0;
    for (let i = 0; i < this.count; i++) {
      if (!(weight[i] > 0)) continue;
      const wv = weight[i] * value[i];
      r0 += wv;
      r1 += wv * b[i * terms + 1];
      r2 += wv * b[i * terms + 2];
      r3 += wv * b[i * terms + 3];
    }
    const right = this.#colourRight;
    right[0] = r0;
    right[1] = r1;
    right[2] = r2;
    right[3] = r3;
    for (let r = 0; r < colourTerms; r++)
      for (let c = 0; c <= r; c++) matrix[r * colourTerms + c] = this.#matrix[r * terms + c];
    if (!solveRidged(matrix, right, colourTerms, total)) return;
    for (let k = 0; k < colourTerms; k++) into[k] = into[k] * keep + right[k] * (1 - keep);
  }

  /** Normal equations into #matrix and #right; the sum of the weights. `fitted`: what outliers are measured against. */
  #sum(value: Float32Array, weight: Float32Array, fitted: Float64Array | null): number {
    const b = this.#basis,
      matrix = this.#matrix,
      right = this.#next;
    matrix.fill(0);
    right.fill(0);
    let total = 0;
    for (let i = 0, at = 0; i < this.count; i++, at += terms) {
      let w = weight[i];
      if (!(w > 0)) continue;
      if (fitted) {
        let g = 0;
        for (let k = 0; k < terms; k++) g += fitted[k] * b[at + k];
        const r = (value[i] - g) / 0.15;
        w /= 1 + r * r;
      }
      total += w;
      for (let r = 0; r < terms; r++) {
        const wb = w * b[at + r];
        right[r] += wb * value[i];
        for (let c = 0; c <= r; c++) matrix[r * terms + c] += wb * b[at + c];
      }
    }
    this.#right.set(right);
    return total;
  }

  #shine(normals: Float32Array, light: VertexLight): void {
    const l = this.#luma,
      cb = this.#cb,
      cr = this.#cr;
    for (let i = 0; i < this.count; i++) {
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
