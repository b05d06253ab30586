import { describe, expect, it } from 'vitest';
import { alignFive, alignMesh, templates, type TemplateName } from '../../../server/likeness/neural/templates.js';
import { fiveOf, landmarksOf } from './scene.js';

/** The same points as their projects print them, in pixels of the size they were published at. */
const published: readonly [TemplateName, number, readonly number[]][] = [
  ['arcface-112-v1', 112, [39.73, 51.138, 72.27, 51.138, 56, 68.493, 42.463, 87.01, 69.537, 87.01]],
  ['arcface-112-v2', 112, [38.2946, 51.6963, 73.5318, 51.5014, 56.0252, 71.7366, 41.5493, 92.3655, 70.7299, 92.2041]],
  ['arcface-128', 128, [46.295, 51.696, 81.532, 51.501, 64.025, 71.737, 49.549, 92.366, 78.73, 92.204]],
  ['dfl-whole-face', 256, [90.476, 100.571, 160.762, 100.571, 124.571, 138.286, 99.429, 176, 153.143, 176]],
  ['ffhq-512', 512, [192.981, 239.947, 318.903, 240.194, 256.634, 314.019, 201.261, 371.41, 313.089, 371.151]],
  ['mtcnn-512', 512, [187.202, 239.277, 324.124, 238.52, 256.098, 317.148, 199.849, 397.306, 313.236, 396.679]],
];

describe('alignment templates', () => {
  it.each(published)('%s lies where its project puts it', (name, sidePx, points) => {
    templates[name].forEach((part, i) => expect(part * sidePx).toBeCloseTo(points[i]!, 2));
  });

  it('a face that lies like the template is not moved, but for OpenCV’s half pixel', () => {
    for (const [name, sidePx] of published) {
      const five = Float64Array.from(templates[name], (part) => part * sidePx + 0.5);
      const map = alignFive(five, name, sidePx);
      [1, 0, 0, 0, 1, 0].forEach((value, i) => expect(map[i]!).toBeCloseTo(value, 9));
    }
  });

  it('scales with the network’s side, and reads the five points from the mesh', () => {
    const five = fiveOf(512);
    const small = alignFive(five, 'arcface-128', 128),
      boosted = alignMesh(landmarksOf(five), 'arcface-128', 256);
    // Twice the side: twice the scale, and pixel edges on pixel edges but for the half pixel that does not scale.
    [0, 1, 3, 4].forEach((i) => expect(boosted[i]!).toBeCloseTo(small[i]! * 2, 6));
    [2, 5].forEach((i) => expect(boosted[i]!).toBeCloseTo(small[i]! * 2 - 0.5, 4));
  });
});
