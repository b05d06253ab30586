import { cropSizePx, type FaceTrack } from '../../frame/face-track.js';
import { affine, composeAffine } from '../../frame/geometry.js';
import type { YuvMatrix } from '../../frame/format.js';
import type { RegionView } from '../../frame/region-view.js';
import type { IpcMessage } from '../../ipc/channel.js';
import { kernelMatrixOf } from '../../kernels/formats.js';
import type { KernelMemory } from '../../kernels/memory.js';
import type { RegionKernel } from '../../kernels/region.js';
import type { FlowSpec } from '../../likeness/neural/spec.js';
import { flowEngineKey, type FlowReply, type FlowRequest } from './flow-contract.js';

export interface FlowEvents {
  onFlow(reply: FlowReply, grids: Uint8Array): void;
  onFlowFault(message: string): void;
}
const cropBytes = cropSizePx * cropSizePx * 3;

/** The lane's half of a flow network: keeps an earlier crop of each face and asks how it came to be a later one. */
export class FlowClient {
  readonly counters = { 'flow.asked': 0, 'flow.answered': 0 };
  #spec: FlowSpec | null = null;
  #ready = false;
  /** By face slot: the picture whose flow is awaited, −1 for none. */
  readonly #inFlight: Int32Array;
  /** By face slot, taken when first wanted: the crop of the earlier picture, then of the one that was asked about. */
  readonly #crops: (Buffer | null)[];
  readonly #rgbPtr: number;
  readonly #paramsPtr: number;
  readonly #shift = affine(1, 0, 0, 0, 1, 0);
  readonly #toRegion = affine(1, 0, 0, 0, 1, 0);

  constructor(
    private readonly memory: KernelMemory,
    private readonly region: RegionKernel,
    private readonly send: (head: IpcMessage['head'], payload?: Uint8Array) => boolean,
    private readonly events: FlowEvents,
    faceSlots: number,
  ) {
    this.#inFlight = new Int32Array(faceSlots).fill(-1);
    this.#crops = Array.from({ length: faceSlots }, () => null);
    this.#rgbPtr = memory.allocate(cropBytes);
    this.#paramsPtr = memory.allocate(64);
  }

  /** Has the network loaded and warmed, or lets go of it. */
  want(spec: FlowSpec | null): void {
    if (spec === this.#spec) return;
    if (this.#spec !== null) this.send({ type: 'neural-drop', key: flowEngineKey });
    this.#spec = spec;
    this.lost();
    if (spec !== null) this.send({ type: 'neural-engine', key: flowEngineKey, spec });
  }
  get wanted(): FlowSpec | null {
    return this.#spec;
  }
  get ready(): boolean {
    return this.#ready;
  }
  /** The inference process is there (again): it knows nothing of before. */
  opened(): void {
    this.lost();
    if (this.#spec !== null) this.send({ type: 'neural-engine', key: flowEngineKey, spec: this.#spec });
  }
  lost(): void {
    this.#ready = false;
    this.#inFlight.fill(-1);
  }
  forget(faceId: number): void {
    this.#inFlight[faceId] = -1;
  }
  isAsked(faceId: number): boolean {
    return this.#inFlight[faceId]! >= 0;
  }

  /** Keeps this picture's crop: the next flow starts from it. */
  keep(face: FaceTrack, region: RegionView, matrix: YuvMatrix): void {
    const crops = (this.#crops[face.faceId] ??= Buffer.allocUnsafe(cropBytes * 2));
    crops.set(this.#cut(face, region, matrix), 0);
  }

  /** Asks how the kept crop came to be this picture's, and keeps this one for the next time. */
  ask(
    face: FaceTrack,
    region: RegionView,
    matrix: YuvMatrix,
    about: Pick<FlowRequest, 'trackNumber' | 'fromFrame' | 'frameNumber' | 'captureAtUs'>,
  ): boolean {
    const { faceId } = face;
    const crops = this.#crops[faceId];
    if (!crops || !this.#ready || this.isAsked(faceId)) return false;
    crops.set(this.#cut(face, region, matrix), cropBytes);
    const request: FlowRequest = { type: 'flow', key: flowEngineKey, faceId, cropPx: cropSizePx, ...about };
    // A copy: the socket may keep the bytes past the next crop.
    const sent = this.send({ ...request }, Buffer.from(crops));
    crops.copyWithin(0, cropBytes);
    if (!sent) return false;
    this.#inFlight[faceId] = about.frameNumber;
    this.counters['flow.asked']++;
    return true;
  }

  /** True where the message was one of these. */
  take({ head, payload }: IpcMessage): boolean {
    if (head['key'] !== flowEngineKey) return false;
    switch (head.type) {
      case 'flow': {
        const reply = head as unknown as FlowReply;
        this.counters['flow.answered']++;
        if (this.#inFlight[reply.faceId] !== reply.frameNumber) return true;
        this.#inFlight[reply.faceId] = -1;
        this.events.onFlow(reply, payload);
        return true;
      }
      case 'neural-ready':
        this.#ready = this.#spec !== null;
        return true;
      case 'neural-fault':
        this.lost();
        this.events.onFlowFault(String(head['message']));
        return true;
      default:
        return false;
    }
  }

  #cut(face: FaceTrack, region: RegionView, matrix: YuvMatrix): Uint8Array {
    this.#shift[2] = -region.box.x0;
    this.#shift[5] = -region.box.y0;
    this.memory.f32.set(composeAffine(this.#shift, face.fromCrop, this.#toRegion), this.#paramsPtr >> 2);
    const { ptr, format, widthPx, heightPx, strideBytes, chromaPtr } = region;
    const [params, code] = [this.#paramsPtr, kernelMatrixOf(matrix)];
    this.region.cropRgb(ptr, format, widthPx, heightPx, strideBytes, chromaPtr, this.#rgbPtr, cropSizePx, params, code);
    return this.memory.u8.subarray(this.#rgbPtr, this.#rgbPtr + cropBytes);
  }
}
