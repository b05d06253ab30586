import { cropSizePx, landmarkCount, type FaceTrack } from '../../frame/face-track.js';
import { affine, composeAffine } from '../../frame/geometry.js';
import type { YuvMatrix } from '../../frame/format.js';
import type { RegionView } from '../../frame/region-view.js';
import { IpcClient, type IpcMessage } from '../../ipc/channel.js';
import { kernelMatrixOf } from '../../kernels/formats.js';
import type { KernelMemory } from '../../kernels/memory.js';
import type { RegionKernel } from '../../kernels/region.js';
import type { InferenceStatus } from '../../protocol/messages.js';
import type { InstantUs } from '../../time/time.js';
import { OpenQuestions } from './open-questions.js';
import type { DetectReply, DetectRequest, FaceReply, FaceRequest, MatteReply, MatteRequest } from './contract.js';

export interface FaceAnswer {
  readonly reply: FaceReply;
  /** 478 × (x, y, z) in 256-crop pixels. */
  readonly landmarks: Float32Array;
  readonly identity: Float32Array | null;
}
export interface KeyframeEvents {
  onFace(answer: FaceAnswer): void;
  /** Valid for good: nothing is written to it later. */
  onMatte(reply: MatteReply, matte: Uint8Array): void;
  /** Boxes are in the small picture; scales lead to the camera's. */
  onDetected(reply: DetectReply, scaleX: number, scaleY: number): void;
  /** What is not the keyframe stage's own: neural engines and their patches. */
  onOther(message: IpcMessage): void;
  onUp(): void;
  onDown(): void;
}

/** The lane's half of the keyframe stage: cuts crops, asks, and never waits. Answers come between frames. */
export class KeyframeClient {
  /** `waiting`: faces that were not asked about because two questions of theirs are open. */
  readonly counters = {
    asked: 0,
    answered: 0,
    detectAsked: 0,
    detectAnswered: 0,
    matteAsked: 0,
    matteAnswered: 0,
    unavailable: 0,
    waiting: 0,
  };
  /** What inference runs on, as it says once a second; null while it is not connected. */
  engine: InferenceStatus | null = null;
  readonly #questions: OpenQuestions;
  #detectInFlight = -1;
  #detectScale: [number, number] = [1, 1];
  readonly #ipc: IpcClient;
  readonly #rgbPtr: number;
  readonly #paramsPtr: number;
  readonly #shift = affine(1, 0, 0, 0, 1, 0);
  readonly #toRegion = affine(1, 0, 0, 0, 1, 0);
  #priority = { program: false, preview: false };

  constructor(
    private readonly memory: KernelMemory,
    private readonly region: RegionKernel,
    path: string,
    private readonly events: KeyframeEvents,
    faceSlots: number,
  ) {
    this.#questions = new OpenQuestions(faceSlots);
    this.#rgbPtr = memory.allocate(cropSizePx * cropSizePx * 3);
    this.#paramsPtr = memory.allocate(64);
    this.#ipc = new IpcClient(path, {
      onOpen: () => {
        this.#detectInFlight = -1;
        this.#questions.reset();
        this.setPriority(this.#priority.program, this.#priority.preview);
      },
      onMessage: (message) => this.#take(message),
      onLost: () => {
        this.#detectInFlight = -1;
        this.engine = null;
        events.onDown();
      },
    });
  }

  get up(): boolean {
    return this.#ipc.channel !== null;
  }
  get detectInFlight(): boolean {
    return this.#detectInFlight >= 0;
  }
  /** False while inference is not connected. */
  send(head: IpcMessage['head'], payload?: Uint8Array): boolean {
    return this.#ipc.channel?.send(head, payload) ?? false;
  }
  setPriority(program: boolean, preview: boolean): void {
    this.#priority = { program, preview };
    this.#ipc.channel?.send({ type: 'priority', program, preview });
  }

  /** Cuts the face-aligned RGB crop of this picture and asks for landmarks (and identity). */
  askFace(
    face: FaceTrack,
    trackNumber: number,
    region: RegionView,
    matrix: YuvMatrix,
    frameNumber: number,
    captureAtUs: InstantUs,
    wantIdentity: boolean,
  ): boolean {
    const channel = this.#ipc.channel;
    if (!channel) {
      this.counters.unavailable++;
      return false;
    }
    if (!this.#questions.mayAsk(face.faceId, frameNumber)) {
      this.counters.waiting++;
      return false;
    }
    this.#shift[2] = -region.box.x0;
    this.#shift[5] = -region.box.y0;
    this.memory.f32.set(composeAffine(this.#shift, face.fromCrop, this.#toRegion), this.#paramsPtr >> 2);
    this.region.cropRgb(
      region.ptr,
      region.format,
      region.widthPx,
      region.heightPx,
      region.strideBytes,
      region.chromaPtr,
      this.#rgbPtr,
      cropSizePx,
      this.#paramsPtr,
      kernelMatrixOf(matrix),
    );
    const request: FaceRequest = {
      type: 'face',
      faceId: face.faceId,
      trackNumber,
      frameNumber,
      captureAtUs,
      wantIdentity,
    };
    channel.sendCopy({ ...request }, this.memory.u8.subarray(this.#rgbPtr, this.#rgbPtr + cropSizePx * cropSizePx * 3));
    face.askedFrame = frameNumber;
    this.#questions.asked(face.faceId, frameNumber);
    this.counters.asked++;
    return true;
  }

  /** Asks what of the crop that `askFace` has just cut is the person. */
  askMatte(face: FaceTrack, trackNumber: number, frameNumber: number): void {
    const request: MatteRequest = { type: 'matte', faceId: face.faceId, trackNumber, frameNumber };
    const rgb = this.memory.u8.subarray(this.#rgbPtr, this.#rgbPtr + cropSizePx * cropSizePx * 3);
    if (!this.#ipc.channel?.sendCopy({ ...request }, rgb)) return;
    face.matteAskedFrame = frameNumber;
    this.counters.matteAsked++;
  }

  /** Asks where faces are in a small RGB picture; one such question at a time. */
  askDetect(
    rgb: Uint8Array,
    widthPx: number,
    heightPx: number,
    frameNumber: number,
    captureAtUs: InstantUs,
    scaleX: number,
    scaleY: number,
  ): boolean {
    const channel = this.#ipc.channel;
    if (!channel || this.#detectInFlight >= 0) return false;
    const request: DetectRequest = { type: 'detect', frameNumber, captureAtUs, widthPx, heightPx };
    channel.sendCopy({ ...request }, rgb);
    this.#detectInFlight = frameNumber;
    this.#detectScale = [scaleX, scaleY];
    this.counters.detectAsked++;
    return true;
  }

  close(): void {
    this.#ipc.close();
  }

  #take(message: IpcMessage): void {
    const { head, payload } = message;
    if (head.type === 'ready' || head.type === 'engine') {
      this.engine = head['engine'] as InferenceStatus;
      return head.type === 'ready' ? this.events.onUp() : undefined;
    }
    if (head.type === 'detected') {
      const reply = head as unknown as DetectReply;
      this.#detectInFlight = -1;
      this.counters.detectAnswered++;
      return this.events.onDetected(reply, this.#detectScale[0], this.#detectScale[1]);
    }
    if (head.type === 'face') {
      const reply = head as unknown as FaceReply;
      this.counters.answered++;
      this.#questions.answered(reply.faceId, reply.frameNumber);
      // A copy (a Buffer's own slice would not be one), because the payload may start at any byte.
      const floats = new Float32Array(new Uint8Array(payload).buffer);
      this.events.onFace({
        reply,
        landmarks: floats.subarray(0, landmarkCount * 3),
        identity: reply.hasIdentity ? floats.subarray(landmarkCount * 3) : null,
      });
      return;
    }
    if (head.type === 'matte') {
      this.counters.matteAnswered++;
      return this.events.onMatte(head as unknown as MatteReply, new Uint8Array(payload));
    }
    this.events.onOther(message);
  }
}
