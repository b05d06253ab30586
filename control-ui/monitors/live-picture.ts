import type { RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { PreviewSide } from '../../server/protocol/binary.js';
import { useDesk } from '../link/desk-context.js';
import { nowMs } from '../link/page-clock.js';
import { FrameRate } from './frame-rate.js';

/** Draws a live preview into the canvas for as long as it is on the page; returns its picture rate. */
export function useLivePicture(
  canvas: RefObject<HTMLCanvasElement | null>,
  laneId: string,
  which: PreviewSide,
): FrameRate {
  const desk = useDesk();
  const rate = useRef(new FrameRate()).current;
  useEffect(() => {
    const target = canvas.current;
    const pen = target?.getContext('2d', { alpha: false });
    if (!target || !pen) return undefined;
    const widthPx = Math.round(target.clientWidth * Math.min(devicePixelRatio, 2));
    return desk.pictures.watch(laneId, which, widthPx, (picture, frame) => {
      if (target.width !== picture.width) target.width = picture.width;
      if (target.height !== picture.height) target.height = picture.height;
      pen.drawImage(picture, 0, 0);
      target.dataset['frame'] = String(frame.frameNumber);
      rate.note(nowMs());
    });
  }, [laneId, which]);
  return rate;
}
