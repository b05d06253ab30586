const frequencyHz = 440;
/** −40 dBFS: there for whoever measures, no nuisance for whoever listens. */
const amplitude = 0.01;

/** A continuous sine over successive blocks: a lost or repeated block is a click in its phase. */
export class ToneTrack {
  #phase = 0;
  constructor(private readonly sampleRateHz: number) {}

  /** Planar 32-bit float. */
  fill(data: Uint8Array, samples: number, channels: number, channelStrideBytes: number): void {
    const step = (2 * Math.PI * frequencyHz) / this.sampleRateHz;
    const floats = new Float32Array(data.buffer, data.byteOffset, data.byteLength >> 2);
    for (let i = 0; i < samples; i++) {
      const value = Math.sin(this.#phase) * amplitude;
      for (let c = 0; c < channels; c++) floats[((c * channelStrideBytes) >> 2) + i] = value;
      this.#phase += step;
    }
    this.#phase %= 2 * Math.PI;
  }
}
