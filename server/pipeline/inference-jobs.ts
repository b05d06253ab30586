import type { IpcMessage } from '../ipc/channel.js';

/** What an inference job answers: a head for the lane's keyframe stage and the bytes that go with it. */
export interface JobAnswer {
  readonly head: IpcMessage['head'];
  readonly payload?: Uint8Array;
}

/** One kind of request that lanes may send to the inference process. */
export interface JobKind {
  /** Requests of one lane with the same key replace one another while they wait. */
  key(head: IpcMessage['head']): string;
  /** Computes the answer. A rejected promise is counted and reported; the lane sees no answer and asks again. */
  run(request: IpcMessage): Promise<JobAnswer>;
}

/** By the request head's `type`. A further kind (a likeness patch, a mask) is a further row. */
export type JobKinds = Readonly<Record<string, JobKind>>;

/** The bytes of an array, not copied. */
export const bytesOf = (data: Float32Array): Uint8Array =>
  new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
