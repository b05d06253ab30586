const lostAfterFrames = 50;

/**
 * Which pictures of each face inference has been asked about and has not answered. At most two a face: one that is being computed and one
 * that waits behind it. Inference keeps the newest of those that wait, but only of what it has read: a process that computes reads nothing,
 * and what is sent meanwhile stands in line in the socket, oldest first. Seen on a busy machine: answers 750 ms old.
 */
export class OpenQuestions {
  /** Two per slot, older first; −1: none. */
  readonly #frames: Int32Array;

  constructor(faceSlots: number) {
    this.#frames = new Int32Array(faceSlots * 2).fill(-1);
  }

  /** Whether another question of this face may be asked from this picture. */
  mayAsk(faceId: number, frameNumber: number): boolean {
    const at = faceId * 2;
    // A request that failed at inference is never answered.
    if (this.#frames[at]! >= 0 && frameNumber - this.#frames[at]! > lostAfterFrames) this.#forget(at);
    return this.#frames[at + 1]! < 0;
  }
  asked(faceId: number, frameNumber: number): void {
    const at = faceId * 2;
    this.#frames[this.#frames[at]! < 0 ? at : at + 1] = frameNumber;
  }
  /** Answers come in the order of the questions; one that was left out for a newer one has none. */
  answered(faceId: number, frameNumber: number): void {
    const at = faceId * 2;
    if (this.#frames[at]! > frameNumber) return;
    if (this.#frames[at + 1]! > frameNumber) {
      this.#frames[at] = this.#frames[at + 1]!;
      this.#frames[at + 1] = -1;
    } else this.#forget(at);
  }
  /** Inference is another process now. */
  reset(): void {
    this.#frames.fill(-1);
  }

  #forget(at: number): void {
    this.#frames[at] = -1;
    this.#frames[at + 1] = -1;
  }
}
