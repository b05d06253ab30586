import { drawLabelPlate } from '../../stages/label/glyphs.js';
import { lumaReader, type LumaReader, type Picture } from './picture.js';

/**
 * Looks for the visible label as a viewer sees it: the opaque black plate with its white glyphs, in a corner of the picture.
 * It compares luma with the plate drawn anew, and takes nothing from the server's word.
 */
export type PlateCorner = 'top-right' | 'top-left' | 'bottom-right' | 'bottom-left';
export interface FoundPlate {
  readonly corner: PlateCorner;
  /** Contrast of glyphs to plate by WCAG's formula, from mean luma: 21 is white on black. */
  readonly contrast: number;
  /** Glyph height as a share of the picture's short side. */
  readonly glyphShare01: number;
}

interface Sample {
  readonly x: number;
  readonly y: number;
}
interface Template {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly glyphHeightPx: number;
  /** Of the glyphs, and of the plate between them. */
  readonly light: readonly Sample[];
  readonly dark: readonly Sample[];
}

const corners: readonly PlateCorner[] = ['top-right', 'top-left', 'bottom-right', 'bottom-left'];
const templates = new Map<string, Template>();
/** Share of glyph samples, and share of plate samples, that must be on their side of mid-grey. A codec blurs edges; those are left out. */
const leastRight01 = 0.95;
/** The label's promise: less than this is not readable, and counts as no label. */
const leastContrast = 4.5;
/** In small pictures strokes are too thin to have an inside; then their brightest pixels stand for them. */
const enoughInside = 200;
const midGrey = 126;
/** How far from its place, in pixels each way, the plate is looked for: rounding, and pictures that were cropped a little. */
const slackPx = 4;

function templateOf(widthPx: number, heightPx: number): Template {
  const key = `${widthPx}×${heightPx}`;
  const made = templates.get(key) ?? drawTemplate(widthPx, heightPx);
  templates.set(key, made);
  return made;
}

/** Level of a stroke's brightest pixels in the drawing. */
const brightest = 230;

/** Samples well inside strokes and well inside the plate: pixels whose whole 3×3 neighbourhood is one or the other. */
function drawTemplate(pictureWidthPx: number, pictureHeightPx: number): Template {
  const plate = drawLabelPlate(pictureWidthPx, pictureHeightPx);
  const level = (x: number, y: number): number => plate.rgba[(y * plate.widthPx + x) * 4]!;
  const inside: Sample[] = [];
  const bright: Sample[] = [];
  const dark: Sample[] = [];
  let top = plate.heightPx;
  let bottom = 0;
  for (let y = 1; y < plate.heightPx - 1; y++) {
    for (let x = 1; x < plate.widthPx - 1; x++) {
      let least = 255,
        most = 0;
      for (let dy = -1; dy <= 1; dy++) {
        for (let dx = -1; dx <= 1; dx++) {
          least = Math.min(least, level(x + dx, y + dy));
          most = Math.max(most, level(x + dx, y + dy));
        }
      }
      if (level(x, y) > 128) [top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
      if (level(x, y) > brightest) bright.push({ x, y });
      if (least > 200) inside.push({ x, y });
      else if (most < 40) dark.push({ x, y });
    }
  }
  const light = inside.length >= enoughInside ? inside : bright;
  const thin = (samples: Sample[], most: number): Sample[] =>
    samples.filter((_, i) => i % Math.max(1, Math.floor(samples.length / most)) === 0);
  return {
    widthPx: plate.widthPx,
    heightPx: plate.heightPx,
    glyphHeightPx: bottom - top + 1,
    light: thin(light, 600),
    dark: thin(dark, 600),
  };
}

/** Relative luminance of 8-bit legal-range luma, through the sRGB curve that WCAG uses. */
function luminanceOf(luma: number): number {
  const coded = Math.min(1, Math.max(0, (luma - 16) / 219));
  return coded <= 0.04045 ? coded / 12.92 : ((coded + 0.055) / 1.055) ** 2.4;
}

function matchAt(luma: LumaReader, template: Template, x0: number, y0: number): number | null {
  const light = meanWhere(luma, template.light, x0, y0, (value) => value > midGrey);
  if (light === null) return null;
  const dark = meanWhere(luma, template.dark, x0, y0, (value) => value < midGrey);
  if (dark === null) return null;
  const contrast = (luminanceOf(light) + 0.05) / (luminanceOf(dark) + 0.05);
  return contrast >= leastContrast ? contrast : null;
}

/** Mean luma of the samples; null as soon as too many are not what they should be. */
function meanWhere(
  luma: LumaReader,
  samples: readonly Sample[],
  x0: number,
  y0: number,
  right: (value: number) => boolean,
): number | null {
  const mostWrong = samples.length * (1 - leastRight01);
  let wrong = 0;
  let sum = 0;
  for (const { x, y } of samples) {
    const value = luma.at(x0 + x, y0 + y);
    if (!right(value) && ++wrong > mostWrong) return null;
    sum += value;
  }
  return samples.length === 0 ? null : sum / samples.length;
}

/** The label in this picture, or null. `first` is looked at before the other corners. */
export function findPlate(picture: Picture, first: PlateCorner = 'top-right'): FoundPlate | null {
  const { widthPx, heightPx } = picture;
  const template = templateOf(widthPx, heightPx);
  const luma = lumaReader(picture);
  const margin = Math.round(Math.min(widthPx, heightPx) * 0.025) & ~1;
  const rightX = (widthPx - margin - template.widthPx) & ~1;
  const bottomY = heightPx - margin - template.heightPx;
  for (const corner of [first, ...corners.filter((other) => other !== first)]) {
    const homeX = corner.endsWith('right') ? rightX : margin;
    const homeY = corner.startsWith('top') ? margin : bottomY;
    for (let step = 0; step <= slackPx; step++) {
      for (const [dx, dy] of ringOf(step)) {
        const x0 = homeX + dx,
          y0 = homeY + dy;
        if (x0 < 0 || y0 < 0 || x0 + template.widthPx > widthPx || y0 + template.heightPx > heightPx) continue;
        const contrast = matchAt(luma, template, x0, y0);
        if (contrast === null) continue;
        return {
          corner,
          contrast: Math.round(contrast * 10) / 10,
          glyphShare01: template.glyphHeightPx / Math.min(widthPx, heightPx),
        };
      }
    }
  }
  return null;
}

/** Offsets at one distance, the place itself first. */
function ringOf(step: number): readonly (readonly [number, number])[] {
  const offsets: [number, number][] = [];
  for (let dy = -step; dy <= step; dy++) {
    for (let dx = -step; dx <= step; dx++) {
      if (Math.max(Math.abs(dx), Math.abs(dy)) === step) offsets.push([dx, dy]);
    }
  }
  return offsets;
}
