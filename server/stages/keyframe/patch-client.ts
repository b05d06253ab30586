import { cropSizePx, landmarkCount, type FaceTrack } from '../../frame/face-track.js';
import { affine, composeAffine } from '../../frame/geometry.js';
import { mapPoints } from '../../frame/similarity.js';
import type { YuvMatrix } from '../../frame/format.js';
import type { RegionView } from '../../frame/region-view.js';
import type { IpcMessage } from '../../ipc/channel.js';
import { kernelMatrixOf } from '../../kernels/formats.js';
import type { KernelMemory } from '../../kernels/memory.js';
import type { RegionKernel } from '../../kernels/region.js';
import type { EngineControls, EngineSpec } from '../../likeness/neural/spec.js';
import type { InstantUs } from '../../time/time.js';
import type { NeuralFault, NeuralReady, PatchReply, PatchRequest } from './patch-contract.js';

/** The crop that engines align in: twice the tracker's, so that a 512 px network sees what the camera saw. */
export const patchCropPx = 512;

export interface PatchEvents {
  onPatch(reply: PatchReply, rgba: Uint8Array): void;
  onEngineReady(key: string, loadMs: number): void;
  onEngineFault(key: string, message: string): void;
}
export interface PatchAsk {
  readonly face: FaceTrack;
  readonly trackNumber: number;
  readonly region: RegionView;
  readonly matrix: YuvMatrix;
  readonly frameNumber: number;
  readonly captureAtUs: InstantUs;
  readonly key: string;
  readonly controls: EngineControls;
}

/** The lane's half of neural engines: tells inference which are wanted, and asks for one patch at a time per face. */
export class PatchClient {
  readonly counters = { 'patch.asked': 0, 'patch.answered': 0 };
  readonly #wanted = new Map<string, EngineSpec>();
  readonly #ready = new Set<string>();
  /** By face slot: the picture whose patch is awaited, −1 for none. */
  readonly #inFlight: Int32Array;
  readonly #rgbPtr: number;
  readonly #paramsPtr: number;
  readonly #shift = affine(1, 0, 0, 0, 1, 0);
  readonly #half = affine(cropSizePx / patchCropPx, 0, 0, 0, cropSizePx / patchCropPx, 0);
  readonly #double = affine(patchCropPx / cropSizePx, 0, 0, 0, patchCropPx / cropSizePx, 0);
  readonly #toRegion = affine(1, 0, 0, 0, 1, 0);
  readonly #landmarks = new Float32Array(landmarkCount * 3);

  constructor(
    private readonly memory: KernelMemory,
    private readonly region: RegionKernel,
    private readonly send: (head: IpcMessage['head'], payload?: Uint8Array) => boolean,
    private readonly events: PatchEvents,
    faceSlots: number,
  ) {
    this.#inFlight = new Int32Array(faceSlots).fill(-1);
    this.#rgbPtr = memory.allocate(patchCropPx * patchCropPx * 3);
    this.#paramsPtr = memory.allocate(64);
  }

  /** Has an engine loaded and warmed beside what runs; `onEngineReady` or `onEngineFault` follows. */
  want(key: string, spec: EngineSpec): void {
    if (this.#wanted.has(key)) return;
    this.#wanted.set(key, spec);
    this.send({ type: 'neural-engine', key, spec });
  }
  drop(key: string): void {
    if (!this.#wanted.delete(key)) return;
    this.#ready.delete(key);
    this.send({ type: 'neural-drop', key });
  }
  isReady(key: string): boolean {
    return this.#ready.has(key);
  }

  /** The inference process is there (again): it knows nothing of before. */
  opened(): void {
    this.#ready.clear();
    this.#inFlight.fill(-1);
    for (const [key, spec] of this.#wanted) this.send({ type: 'neural-engine', key, spec });
  }
  lost(): void {
    this.#ready.clear();
    this.#inFlight.fill(-1);
  }
  /** The slot has another face: what is under way for it is nobody's. */
  forget(faceId: number): void {
    this.#inFlight[faceId] = -1;
  }
  isAsked(faceId: number): boolean {
    return this.#inFlight[faceId]! >= 0;
  }

  /** Cuts the face's crop out of this picture and asks for its patch. */
  ask({ face, trackNumber, region, matrix, frameNumber, captureAtUs, key, controls }: PatchAsk): boolean {
    if (this.isAsked(face.faceId) || !this.#ready.has(key)) return false;
    this.#cut(face, region, matrix);
    const request: PatchRequest = {
      type: 'patch',
      key,
      faceId: face.faceId,
      trackNumber,
      frameNumber,
      captureAtUs,
      cropPx: patchCropPx,
      depth: region.format === 3 ? 16 : 8,
      controls,
    };
    mapPoints(this.#double, face.carried, this.#landmarks, landmarkCount);
    const { u8 } = this.memory;
    const rgb = u8.subarray(this.#rgbPtr, this.#rgbPtr + patchCropPx * patchCropPx * 3);
    // A copy: the socket may keep the bytes past the next crop.
    if (!this.send({ ...request }, Buffer.concat([rgb, new Uint8Array(this.#landmarks.buffer)]))) return false;
    this.#inFlight[face.faceId] = frameNumber;
    this.counters['patch.asked']++;
    return true;
  }

  /** True where the message was one of these. */
  take({ head, payload }: IpcMessage): boolean {
    switch (head.type) {
      case 'patch': {
        const reply = head as unknown as PatchReply;
        this.counters['patch.answered']++;
        if (this.#inFlight[reply.faceId] === reply.frameNumber) {
          this.#inFlight[reply.faceId] = -1;
          this.events.onPatch(reply, payload);
        }
        return true;
      }
      case 'neural-ready': {
        const { key, loadMs } = head as unknown as NeuralReady;
        if (this.#wanted.has(key)) this.#ready.add(key);
        this.events.onEngineReady(key, loadMs);
        return true;
      }
      case 'neural-fault': {
        const { key, message } = head as unknown as NeuralFault;
        this.#ready.delete(key);
        this.#inFlight.fill(-1);
        this.events.onEngineFault(key, message);
        return true;
      }
      default:
        return false;
    }
  }

  #cut(face: FaceTrack, region: RegionView, matrix: YuvMatrix): void {
    this.#shift[2] = -region.box.x0;
    this.#shift[5] = -region.box.y0;
    const toRegion = composeAffine(this.#shift, composeAffine(face.fromCrop, this.#half), this.#toRegion);
    this.memory.f32.set(toRegion, this.#paramsPtr >> 2);
    this.region.cropRgb(
      region.ptr,
      region.format,
      region.widthPx,
      region.heightPx,
      region.strideBytes,
      region.chromaPtr,
      this.#rgbPtr,
      patchCropPx,
      this.#paramsPtr,
      kernelMatrixOf(matrix),
    );
  }
}
