import type { NdiVideoFrame } from '../ndi/port.js';
import type { InstantUs } from '../time/time.js';
import type { PixelFormat, YuvMatrix } from './format.js';

/** A picture's shape, kept apart from libndi's frame: it may still be read when the frame has been handed over. */
export interface PictureShape {
  widthPx: number;
  heightPx: number;
  strideBytes: number;
  format: PixelFormat;
  pictureAspectRatio: number;
  frameRateNum: number;
  frameRateDen: number;
}

/**
 * The frame's type says where it has been: Received → Composited → Labelled. `send` takes only a LabelledFrame, and only
 * the label stage can make one, so an unlabelled frame does not compile into the output.
 */
export interface ReceivedFrame {
  /** Counts the pictures of this lane from 1; slates count too. */
  readonly frameNumber: number;
  /** When libndi handed the picture over: the join key of all that is derived from it. */
  readonly captureAtUs: InstantUs;
  readonly video: NdiVideoFrame;
  /** The picture's bytes, all planes. Readable until the next frame is sent, even when `video` has been handed over. */
  readonly pixels: Uint8Array;
  readonly matrix: YuvMatrix;
  /** The camera's own pixels, kept where a delay is declared. */
  plainPixels?: Uint8Array | null;
  readonly shape: Readonly<PictureShape>;
}

/** What a picture shows, for the label and the metadata mark. */
export type PictureKind = 'likeness' | 'plain' | 'bypass' | 'matte' | 'slate';

declare const composited: unique symbol;
export interface CompositedFrame extends ReceivedFrame {
  readonly [composited]: true;
  readonly kind: PictureKind;
}
/** Copies a frame's shape; no object is made. */
export const shapeOf = (video: NdiVideoFrame, out: PictureShape): PictureShape => {
  out.widthPx = video.widthPx;
  out.heightPx = video.heightPx;
  out.strideBytes = video.strideBytes;
  out.format = video.format;
  out.pictureAspectRatio = video.pictureAspectRatio;
  out.frameRateNum = video.frameRateNum;
  out.frameRateDen = video.frameRateDen;
  return out;
};
/** For the composite stage (and slates) only. */
export const asComposited = (frame: ReceivedFrame, kind: PictureKind): CompositedFrame => {
  (frame as { kind?: PictureKind }).kind = kind;
  return frame as CompositedFrame;
};

declare const labelled: unique symbol;
export interface LabelledFrame extends CompositedFrame {
  readonly [labelled]: true;
  /** The metadata that leaves with the picture: the camera's own and the mark. */
  readonly outgoingMetadata: string;
}
