import { createRequire } from 'node:module';
import { createCanvas, GlobalFonts, type SKRSContext2D } from '@napi-rs/canvas';

/** The strictest wording of the regimes named in docs/trust: EU "AI" first and capital, GB 45438-2025 "AI" + 合成. */
export const labelText = 'AI MODIFIED · AI 合成';
/** GB 45438-2025: glyph box at least 5 % of the picture's short side. */
export const labelShare = 0.05;
/** Two names, because canvas takes one file per family: the second serves the glyphs that the first has not. */
const families = { latin: 'Understudy Label', 'chinese-simplified': 'Understudy Label SC' } as const;
const family = `"${families.latin}", "${families['chinese-simplified']}"`;
let registered = false;

function registerFont(): void {
  if (registered) return;
  const require = createRequire(import.meta.url);
  for (const subset of ['latin', 'chinese-simplified'] as const) {
    GlobalFonts.registerFromPath(
      require.resolve(`@fontsource/noto-sans-sc/files/noto-sans-sc-${subset}-700-normal.woff2`),
      families[subset],
    );
  }
  registered = true;
}

export interface Bitmap {
  readonly widthPx: number;
  readonly heightPx: number;
  /** RGBA, 4 bytes a pixel. */
  readonly rgba: Uint8Array;
}

const inkHeight = (
  context: SKRSContext2D,
  text: string,
  fontPx: number,
): { ascent: number; descent: number; width: number } => {
  context.font = `700 ${fontPx}px ${family}`;
  const m = context.measureText(text);
  return { ascent: m.actualBoundingBoxAscent, descent: m.actualBoundingBoxDescent, width: m.width };
};

/** Capital letters alone reach the share, so the box of every glyph row does. */
function fontSizeFor(context: SKRSContext2D, wantedPx: number): number {
  let fontPx = Math.max(8, wantedPx);
  while (inkHeight(context, 'AI MODIFIED', fontPx).ascent < wantedPx) fontPx += 1;
  return fontPx;
}

/**
 * The mark on its plate: white on opaque black, contrast 21:1 whatever the picture. Width and height are even, so that it can
 * be laid into 4:2:2 rows by copying.
 */
export function drawLabelPlate(pictureWidthPx: number, pictureHeightPx: number): Bitmap {
  registerFont();
  const shortSide = Math.min(pictureWidthPx, pictureHeightPx);
  const glyphPx = Math.ceil(shortSide * labelShare);
  const ruler = createCanvas(16, 16).getContext('2d');
  const fontPx = fontSizeFor(ruler, glyphPx);
  const ink = inkHeight(ruler, labelText, fontPx);
  const pad = Math.round(glyphPx * 0.35);
  const widthPx = (Math.ceil(ink.width) + 2 * pad + 1) & ~1;
  const heightPx = (Math.ceil(ink.ascent + ink.descent) + 2 * pad + 1) & ~1;
  const canvas = createCanvas(widthPx, heightPx);
  const context = canvas.getContext('2d');
  context.fillStyle = '#000';
  context.fillRect(0, 0, widthPx, heightPx);
  context.font = `700 ${fontPx}px ${family}`;
  context.fillStyle = '#fff';
  context.textBaseline = 'alphabetic';
  context.fillText(labelText, pad, pad + ink.ascent);
  const image = context.getImageData(0, 0, widthPx, heightPx);
  return { widthPx, heightPx, rgba: new Uint8Array(image.data.buffer.slice(0)) };
}

/** One character of a burn-in, white on opaque black; even width and height, so that it can be laid into 4:2:2 rows. */
export function drawGlyph(character: string, heightPx: number): Bitmap {
  registerFont();
  const font = `700 ${Math.round(heightPx * 0.74)}px ${family}`;
  const ruler = createCanvas(16, 16).getContext('2d');
  ruler.font = font;
  // Digits are as wide as each other, so that running numbers do not make the text dance.
  const sample = /\d/.test(character) ? '0' : character;
  const widthPx = Math.max(2, (Math.ceil(ruler.measureText(sample).width) + 1) & ~1);
  const canvas = createCanvas(widthPx, heightPx);
  const context = canvas.getContext('2d');
  context.fillStyle = '#000';
  context.fillRect(0, 0, widthPx, heightPx);
  context.font = font;
  context.fillStyle = '#fff';
  context.textBaseline = 'alphabetic';
  context.fillText(character, 0, Math.round(heightPx * 0.76));
  const image = context.getImageData(0, 0, widthPx, heightPx);
  return { widthPx, heightPx, rgba: new Uint8Array(image.data.buffer.slice(0)) };
}

export interface SlateText {
  readonly title: string;
  readonly detail: string;
}

/** A whole picture for a camera that is not there: dark, readable, never black. */
export function drawSlate(widthPx: number, heightPx: number, text: SlateText): Bitmap {
  registerFont();
  const canvas = createCanvas(widthPx, heightPx);
  const context = canvas.getContext('2d');
  const unit = Math.min(widthPx, heightPx);
  context.fillStyle = '#26303a';
  context.fillRect(0, 0, widthPx, heightPx);
  context.fillStyle = '#34414e';
  for (let x = -heightPx; x < widthPx; x += unit / 6) {
    context.beginPath();
    context.moveTo(x, heightPx);
    context.lineTo(x + heightPx, 0);
    context.lineTo(x + heightPx + unit / 14, 0);
    context.lineTo(x + unit / 14, heightPx);
    context.fill();
  }
  context.textAlign = 'center';
  context.fillStyle = '#ffffff';
  context.font = `700 ${Math.round(unit * 0.1)}px ${family}`;
  context.fillText(text.title, widthPx / 2, heightPx * 0.46);
  context.font = `700 ${Math.round(unit * 0.05)}px ${family}`;
  context.fillStyle = '#ffd166';
  context.fillText(text.detail, widthPx / 2, heightPx * 0.58);
  const image = context.getImageData(0, 0, widthPx, heightPx);
  return { widthPx, heightPx, rgba: new Uint8Array(image.data.buffer.slice(0)) };
}
