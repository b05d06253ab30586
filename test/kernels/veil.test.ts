import { describe, expect, it } from 'vitest';
import { BlendKernel } from '../../server/kernels/blend.js';
import { kernelFormats } from '../../server/kernels/formats.js';
import { KernelMemory } from '../../server/kernels/memory.js';
import type { TwinPicture } from '../../server/kernels/twin/picture-access.js';
import { veilOverTwin } from '../../server/kernels/twin/veil.js';
import { allFormats, builds, chromaPtr, makePicture, noise, noiseBytes, put, take, words, worst } from './support.js';

const [widthPx, heightPx] = [44, 9];
const tones = [
  [-0.3, -0.06, 0.12],
  [0.6, 0.2, -0.25],
] as const;

/** Runs of pixels without a veil, whole, and between. */
function plane(seed: number): Uint8Array {
  const next = noise(seed);
  return Uint8Array.from({ length: widthPx * heightPx }, (_, i) =>
    (i >> 3) % 3 === 0 ? 0 : (i >> 3) % 3 === 1 ? 255 : Math.floor(next() * 256),
  );
}

describe.each(builds)('the %s kernel of the veil', (build) => {
  const memory = new KernelMemory(4);
  const kernel = new BlendKernel(memory, build);
  function veiled(
    picture: TwinPicture,
    veil: Uint8Array,
    occlusion: Uint8Array | null,
    tone: readonly number[],
    mix: number,
  ): Uint8Array {
    const dst = put(memory, picture.bytes);
    kernel.veilOver(
      { format: picture.format, ptr: dst, chromaPtr: chromaPtr(picture, dst), strideBytes: picture.strideBytes },
      {
        ptr: put(memory, veil),
        strideBytes: widthPx,
        widthPx,
        heightPx,
        tonePtr: put(memory, Float32Array.from(tone)),
      },
      mix,
      { ptr: occlusion ? put(memory, occlusion) : 0, strideBytes: widthPx },
    );
    return take(memory, dst, picture.bytes.length);
  }

  it.each(allFormats)('gives what its twin gives in format %i', (format) => {
    for (const tone of tones) {
      for (const [mix, isHidden] of [
        [256, false],
        [100, true],
      ] as const) {
        const picture = makePicture(format, widthPx, heightPx, 12, 3);
        const veil = plane(4),
          occlusion = isHidden ? noiseBytes(widthPx * heightPx, 5) : null;
        const ours = veiled(picture, veil, occlusion, tone, mix);
        veilOverTwin(veil, occlusion, picture, tone, mix);
        const isDeep = format === kernelFormats.P216;
        expect(worst(isDeep ? words(ours) : ours, isDeep ? words(picture.bytes) : picture.bytes)).toBeLessThanOrEqual(
          isDeep ? 200 : 1,
        );
      }
    }
  });

  it.each(allFormats)('changes no byte where there is no veil in format %i', (format) => {
    const picture = makePicture(format, widthPx, heightPx, 12, 6);
    const ours = veiled(picture, new Uint8Array(widthPx * heightPx), null, tones[0], 256);
    expect(ours).toEqual(picture.bytes);
    expect(veiled(picture, plane(7), new Uint8Array(widthPx * heightPx), tones[0], 256)).toEqual(picture.bytes);
    expect(veiled(picture, plane(7), null, tones[0], 0)).toEqual(picture.bytes);
  });

  it('leads the skin it was measured on to the other, in any shade', () => {
    const picture = makePicture(kernelFormats.UYVY, widthPx, heightPx, 0, 8);
    // A skin, and half as bright.
    for (let i = 0; i < picture.bytes.length; i += 4) {
      const shade = i < picture.bytes.length / 2 ? 1 : 0.5;
      picture.bytes.set([128 - 20 * shade, 16 + 160 * shade, 128 + 24 * shade, 16 + 160 * shade], i);
    }
    // To (136, 102, 160) − that is luma less 16 · 0.75, and chroma −26, +32.
    const out = veiled(picture, new Uint8Array(widthPx * heightPx).fill(255), null, [-0.25, -11 / 160, 14 / 160], 256);
    const last = out.length - 4;
    expect(worst(out.slice(0, 4), [102, 136, 160, 136])).toBeLessThanOrEqual(1);
    expect(worst(out.slice(last), [115, 76, 144, 76])).toBeLessThanOrEqual(1);
  });
});
