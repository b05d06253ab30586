/** Pictures per second over the last two seconds. */
export class FrameRate {
  private readonly atMs: number[] = [];

  note(nowMs: number): void {
    this.atMs.push(nowMs);
    this.forget(nowMs);
  }

  perSecond(nowMs: number): number {
    this.forget(nowMs);
    const first = this.atMs[0];
    const last = this.atMs.at(-1);
    if (first === undefined || last === undefined || last === first) return 0;
    return ((this.atMs.length - 1) * 1000) / (last - first);
  }

  lastAtMs(): number | null {
    return this.atMs.at(-1) ?? null;
  }

  private forget(nowMs: number): void {
    // The newest stays, so that its age can be told.
    while (this.atMs.length > 1 && this.atMs[0]! < nowMs - 2000) this.atMs.shift();
  }
}
