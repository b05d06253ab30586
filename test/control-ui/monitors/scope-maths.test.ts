import { describe, expect, it } from 'vitest';
import {
  falseColour,
  plotPx,
  ScopePlot,
  skinLineDeg,
  vectorPoint,
  vectorTargets,
} from '../../../control-ui/monitors/scope-maths.js';

const pixels = (...colours: readonly (readonly [number, number, number])[]): Uint8ClampedArray =>
  Uint8ClampedArray.from(colours.flatMap(([r, g, b]) => [r, g, b, 255]));
const hitsOf = (plot: ScopePlot): [number, number][] =>
  [...plot.hits].flatMap((hits, at) => (hits > 0 ? [[at % plotPx, Math.floor(at / plotPx)] as [number, number]] : []));

describe('scopes', () => {
  it('puts black at the foot of the waveform, white at its top and mid grey between, each in its column', () => {
    const plot = new ScopePlot();
    plot.count('waveform', pixels([0, 0, 0], [255, 255, 255], [128, 128, 128], [0, 255, 0]), 4);
    expect(hitsOf(plot).sort((a, b) => a[0] - b[0])).toEqual([
      [0, 255],
      [64, 0],
      [128, 127],
      // Green alone weighs 0.7152 in BT.709.
      [192, 255 - Math.round(255 * 0.7152)],
    ]);
  });

  it('shows red, green and blue in a third of the parade each', () => {
    const plot = new ScopePlot();
    plot.count('parade', pixels([255, 128, 0]), 1);
    expect(hitsOf(plot).sort((a, b) => a[0] - b[0])).toEqual([
      [0, 0],
      [85, 127],
      [170, 255],
    ]);
  });

  it('puts grey in the middle of the vectorscope and 75 % bars on the targets', () => {
    expect(vectorPoint(90, 90, 90)).toEqual([0.5, 0.5]);
    const plot = new ScopePlot();
    plot.count('vectorscope', pixels([191, 0, 0]), 1);
    const [[x, y]] = hitsOf(plot) as [[number, number]];
    const red = vectorTargets.find(({ name }) => name === 'R')!.at01;
    expect(x / plotPx).toBeCloseTo(red[0], 2);
    expect(y / plotPx).toBeCloseTo(red[1], 2);
  });

  it('has skin of light and dark complexion within 12° of the skin line', () => {
    for (const [r, g, b] of [
      [224, 172, 145],
      [141, 85, 60],
      [74, 45, 33],
    ] as const) {
      const [x, y] = vectorPoint(r, g, b);
      const deg = (Math.atan2(0.5 - y, x - 0.5) * 180) / Math.PI;
      expect(Math.abs(deg - skinLineDeg)).toBeLessThan(12);
    }
  });

  it('colours clips and 18 % grey, leaves the rest grey', () => {
    const out = new Uint8ClampedArray(4 * 4);
    falseColour(pixels([0, 0, 0], [255, 255, 255], [102, 102, 102], [60, 60, 60]), out);
    expect([...out.slice(0, 3)]).toEqual([128, 0, 160]);
    expect([...out.slice(4, 7)]).toEqual([255, 30, 20]);
    expect([...out.slice(8, 11)]).toEqual([0, 190, 70]);
    expect([...out.slice(12, 15)]).toEqual([60, 60, 60]);
  });
});
