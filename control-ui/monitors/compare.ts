/** Pictures of the camera kept so that an output picture is laid over the camera picture of the same frame. */
const keptFrames = 6;

export type CompareMode = 'wipe' | 'difference';

interface KeptPicture {
  frameNumber: number;
  readonly canvas: HTMLCanvasElement;
}

/** Draws camera and output into one canvas: a wipe (camera on the left) or their difference, brightened four times. */
export class Comparison {
  private readonly kept: KeptPicture[] = [];
  private readonly output = document.createElement('canvas');
  private outputFrame = -1;
  private next = 0;

  constructor(
    private readonly target: HTMLCanvasElement,
    private readonly pen: CanvasRenderingContext2D,
  ) {}

  takeInput(picture: ImageBitmap, frameNumber: number): void {
    let slot = this.kept[this.next];
    if (!slot) {
      slot = { frameNumber, canvas: document.createElement('canvas') };
      this.kept.push(slot);
    }
    this.next = (this.next + 1) % keptFrames;
    slot.frameNumber = frameNumber;
    copyInto(slot.canvas, picture);
  }

  takeOutput(picture: ImageBitmap, frameNumber: number): void {
    this.outputFrame = frameNumber;
    copyInto(this.output, picture);
  }

  /** @param split01 where the wipe stands, in fractions of the width */
  draw(mode: CompareMode, split01: number): void {
    const input = this.nearestInput();
    if (!input || this.outputFrame < 0) return;
    const { pen, target, output } = this;
    const { width, height } = output;
    if (target.width !== width) target.width = width;
    if (target.height !== height) target.height = height;
    pen.globalCompositeOperation = 'source-over';
    pen.drawImage(output, 0, 0);
    if (mode === 'wipe') {
      const splitPx = Math.round(split01 * width);
      if (splitPx > 0) pen.drawImage(input, 0, 0, splitPx, height, 0, 0, splitPx, height);
      pen.fillStyle = '#5cc8ff';
      pen.fillRect(splitPx - 1, 0, 2, height);
    } else {
      pen.globalCompositeOperation = 'difference';
      pen.drawImage(input, 0, 0, width, height);
      pen.globalCompositeOperation = 'lighter';
      // Added to itself twice: four times as bright, so that a slight change is seen.
      pen.drawImage(target, 0, 0);
      pen.drawImage(target, 0, 0);
    }
    target.dataset['frame'] = String(this.outputFrame);
  }

  private nearestInput(): HTMLCanvasElement | null {
    let nearest: KeptPicture | null = null;
    for (const picture of this.kept) {
      const closer =
        !nearest || Math.abs(picture.frameNumber - this.outputFrame) < Math.abs(nearest.frameNumber - this.outputFrame);
      if (closer) nearest = picture;
    }
    return nearest?.canvas ?? null;
  }
}

function copyInto(canvas: HTMLCanvasElement, picture: ImageBitmap): void {
  if (canvas.width !== picture.width) canvas.width = picture.width;
  if (canvas.height !== picture.height) canvas.height = picture.height;
  canvas.getContext('2d', { alpha: false })?.drawImage(picture, 0, 0);
}
