import { CodedError } from '../../errors/coded-error.js';
import type { ForeignSessionFactory, TensorData } from '../../onnx/foreign-port.js';
import { refuseNotFinite } from './checks.js';
import { newPicture, ofBytes, warp } from './picture.js';
import type { FlowSpec } from './spec.js';
import { openWeights, type OpenWeights } from './weights.js';

/** Side of a cell of the answer, in crop px: what the lane's own flow has. */
export const flowCellPx = 4;
/** Forward–backward error, crop px, at which agreement is one half where there is no motion; as the flow kernel has it. */
const agreementFloorPx = 0.75;

/** Grids of `columns` × `columns` cells; (u, v) in crop px, what lies at x goes to x + (u, v); confidence 0…1. */
export interface FlowAnswer {
  readonly columns: number;
  readonly forward: Float32Array;
  readonly forwardConfidence: Float32Array;
  readonly backward: Float32Array;
  readonly backwardConfidence: Float32Array;
}

/**
 * A network of RAFT's signature (Teed and Deng, ECCV 2020): two RGB pictures of 0…255 in, flow in pixels out. It runs both ways, so
 * that it judges itself: where the way there and the way back do not meet, nobody should believe it.
 */
export class RaftEngine {
  readonly #heightPx: number | null;
  readonly #widthPx: number | null;
  private constructor(private readonly model: OpenWeights) {
    const first = model.session.inputs.find(({ name }) => name === model.inputs['first'])!;
    this.#heightPx = first.shape[2] ?? null;
    this.#widthPx = first.shape[3] ?? null;
  }

  /** Loads, and runs once on a plain crop. Rejects with ENGINE_INCOMPLETE, and what reading weights and running them rejects with. */
  static async open({ model }: FlowSpec, open: ForeignSessionFactory, warmSidePx: number): Promise<RaftEngine> {
    const opened = await openWeights(open, model);
    try {
      if (opened.contract.what !== 'flow')
        throw new CodedError('ENGINE_INCOMPLETE', { likeness: 'flow', reason: `"${model.id}" is no flow network` });
      const engine = new RaftEngine(opened);
      const plain = new Uint8Array(warmSidePx * warmSidePx * 3);
      await engine.flow(plain, plain, warmSidePx);
      return engine;
    } catch (error) {
      await opened.session.close();
      throw error;
    }
  }

  /** `first`, `second`: RGB bytes, sidePx². Rejects with MODEL_RUN_FAILED, MODEL_OUTPUT_SHAPE or MODEL_OUTPUT_NOT_FINITE. */
  async flow(first: Uint8Array, second: Uint8Array, sidePx: number): Promise<FlowAnswer> {
    const one = this.#tensor(first, sidePx),
      two = this.#tensor(second, sidePx);
    const forward = await this.#run(one, two, sidePx);
    const backward = await this.#run(two, one, sidePx);
    const columns = sidePx / flowCellPx;
    return {
      columns,
      forward,
      forwardConfidence: agreement(forward, backward, columns),
      backward,
      backwardConfidence: agreement(backward, forward, columns),
    };
  }
  async close(): Promise<void> {
    await this.model.session.close();
  }

  /** 1 × 3 × H × W, 0…255, at the side the file wants or the crop's own. */
  #tensor(rgb: Uint8Array, sidePx: number): TensorData {
    const heightPx = this.#heightPx ?? sidePx,
      widthPx = this.#widthPx ?? sidePx;
    const crop = ofBytes(rgb, sidePx, sidePx);
    const whole = heightPx === sidePx && widthPx === sidePx;
    const picture = whole
      ? crop
      : warp(crop, Float64Array.of(sidePx / widthPx, 0, 0, 0, sidePx / heightPx, 0), {
          widthPx,
          heightPx,
          outside: 'edge',
        });
    const pixels = widthPx * heightPx;
    const data = new Float32Array(pixels * 3);
    for (let k = 0; k < 3; k++) for (let i = 0; i < pixels; i++) data[k * pixels + i] = picture.data[i * 3 + k]! * 255;
    return { data, shape: [1, 3, heightPx, widthPx] };
  }

  async #run(first: TensorData, second: TensorData, sidePx: number): Promise<Float32Array> {
    const { session, inputs, modelId } = this.model;
    const answer = await session.run({ [inputs['first']!]: first, [inputs['second']!]: second });
    const [, , heightPx, widthPx] = first.shape as [number, number, number, number];
    // Files name their outputs as they please: the flow is of the picture's size, and the last such is of the last iteration.
    const [name, flow] = Object.entries(answer).findLast(
      ([, { shape }]) => shape.length === 4 && shape[1] === 2 && shape[2] === heightPx && shape[3] === widthPx,
    ) ?? [null, null];
    if (flow === null) {
      const found = Object.values(answer).map(({ shape }) => shape.join('×'));
      const expected = `1×2×${heightPx}×${widthPx}`;
      throw new CodedError('MODEL_OUTPUT_SHAPE', { model: modelId, tensor: 'flow', found: found.join(', '), expected });
    }
    refuseNotFinite(modelId, name, flow);
    return cellsOf(flow.data, widthPx, heightPx, sidePx);
  }
}

/** Dense planes u, v → cells at their centres, in crop px. */
function cellsOf(planes: Float32Array, widthPx: number, heightPx: number, sidePx: number): Float32Array {
  const picture = newPicture(widthPx, heightPx, 3);
  const pixels = widthPx * heightPx;
  for (let i = 0; i < pixels; i++) {
    picture.data[i * 3] = (planes[i]! * sidePx) / widthPx;
    picture.data[i * 3 + 1] = (planes[pixels + i]! * sidePx) / heightPx;
  }
  const columns = sidePx / flowCellPx;
  const toTensor = Float64Array.of(widthPx / columns, 0, 0, 0, heightPx / columns, 0);
  const cells = warp(picture, toTensor, { widthPx: columns, heightPx: columns, outside: 'edge' });
  const out = new Float32Array(columns * columns * 2);
  for (let i = 0; i < columns * columns; i++) {
    out[i * 2] = cells.data[i * 3]!;
    out[i * 2 + 1] = cells.data[i * 3 + 1]!;
  }
  return out;
}

/** 1 where there and back meet, falling with the error (Sundaram et al., ECCV 2010, smoothed); 0 where the way leaves the crop. */
function agreement(there: Float32Array, back: Float32Array, columns: number): Float32Array {
  const out = new Float32Array(columns * columns);
  for (let j = 0; j < columns; j++) {
    for (let i = 0; i < columns; i++) {
      const at = j * columns + i;
      const u = there[at * 2]!,
        v = there[at * 2 + 1]!;
      const x = i + u / flowCellPx,
        y = j + v / flowCellPx;
      if (x < -0.5 || y < -0.5 || x > columns - 0.5 || y > columns - 0.5) continue;
      const p = sampled(back, columns, x, y, 0),
        q = sampled(back, columns, x, y, 1);
      const tolerance = agreementFloorPx ** 2 + 0.01 * (u * u + v * v + p * p + q * q);
      out[at] = tolerance / (tolerance + (u + p) ** 2 + (v + q) ** 2);
    }
  }
  return out;
}
function sampled(grid: Float32Array, columns: number, x: number, y: number, k: 0 | 1): number {
  const cx = Math.min(Math.max(x, 0), columns - 1),
    cy = Math.min(Math.max(y, 0), columns - 1);
  const i = Math.min(Math.floor(cx), columns - 2),
    j = Math.min(Math.floor(cy), columns - 2);
  const value = (di: number, dj: number): number => grid[((j + dj) * columns + i + di) * 2 + k]!;
  const top = value(0, 0) + (value(1, 0) - value(0, 0)) * (cx - i);
  const bottom = value(0, 1) + (value(1, 1) - value(0, 1)) * (cx - i);
  return top + (bottom - top) * (cy - j);
}
