import { createCanvas, type SKRSContext2D } from '@napi-rs/canvas';
import type { LadderStep } from '../../server/protocol/messages.js';

/** Landmarks of the fake face: 17 rings of 28 around the nose, a centre and a spare, 478 as the real models give. */
const rings = 17;
const perRing = 28;
export const fakePointCount = 478;

export interface FakePose {
  readonly centreX01: number;
  readonly centreY01: number;
  readonly turnRad: number;
  readonly mouthOpen01: number;
}

export function poseAt(seconds: number): FakePose {
  return {
    centreX01: 0.5 + 0.12 * Math.sin(seconds * 0.6),
    centreY01: 0.46 + 0.03 * Math.sin(seconds * 1.1),
    turnRad: 0.5 * Math.sin(seconds * 0.7),
    mouthOpen01: 0.5 + 0.5 * Math.sin(seconds * 5),
  };
}

/** x, y, z per point, in the units of a mesh message for a 16:9 picture. */
export function fakeFacePoints(pose: FakePose): Float32Array {
  const out = new Float32Array(fakePointCount * 3);
  const put = (index: number, x: number, y: number, z: number): void => {
    const turnedX = x * Math.cos(pose.turnRad) + z * Math.sin(pose.turnRad);
    const turnedZ = z * Math.cos(pose.turnRad) - x * Math.sin(pose.turnRad);
    out.set([pose.centreX01 + turnedX * 0.062, pose.centreY01 + y * 0.082 * (16 / 9), turnedZ * 0.062], index * 3);
  };
  put(0, 0, 0.1, -1.25);
  for (let ring = 0; ring < rings; ring++) {
    const radius = (ring + 1) / rings;
    for (let i = 0; i < perRing; i++) {
      const angle = (i / perRing) * Math.PI * 2;
      const x = Math.cos(angle) * radius;
      const y = Math.sin(angle) * radius;
      const nose = 0.35 * Math.exp(-((x * 5) ** 2) - ((y - 0.1) * 3.2) ** 2);
      const mouth = 0.12 * pose.mouthOpen01 * Math.exp(-((x * 3) ** 2) - ((y - 0.55) * 9) ** 2);
      const eyes = 0.12 * Math.exp(-(((Math.abs(x) - 0.38) * 6) ** 2) - ((y + 0.22) * 7) ** 2);
      put(1 + ring * perRing + i, x, y, -Math.sqrt(Math.max(0, 1.05 - radius ** 2)) - nose + mouth + eyes);
    }
  }
  put(fakePointCount - 1, 0, 0.1, -1.25);
  return out;
}

export function fakeTriangles(): number[][] {
  const triangles: number[][] = [];
  for (let i = 0; i < perRing; i++) triangles.push([0, 1 + i, 1 + ((i + 1) % perRing)]);
  for (let ring = 0; ring + 1 < rings; ring++) {
    for (let i = 0; i < perRing; i++) {
      const a = 1 + ring * perRing + i;
      const b = 1 + ring * perRing + ((i + 1) % perRing);
      triangles.push([a, a + perRing, b], [b, a + perRing, b + perRing]);
    }
  }
  return triangles;
}

/** A drawn head on a drawn wall, so that the picture visibly moves and the output visibly differs from the camera. */
export class FakePainter {
  private readonly canvas;
  private readonly pen: SKRSContext2D;

  constructor(
    private readonly widthPx: number,
    private readonly heightPx: number,
  ) {
    this.canvas = createCanvas(widthPx, heightPx);
    this.pen = this.canvas.getContext('2d');
  }

  async jpeg(pose: FakePose, step: LadderStep | 'camera', frameNumber: number, mix01: number): Promise<Uint8Array> {
    this.wall(frameNumber);
    this.head(pose, step === 'camera' || step === 'bypass' || step === 'plain' ? 0 : mix01, step === 'conceal');
    if (step === 'likeness' || step === 'hold') this.label();
    return this.canvas.encode('jpeg', 80);
  }

  private wall(frameNumber: number): void {
    const { pen, widthPx: w, heightPx: h } = this;
    const sky = pen.createLinearGradient(0, 0, 0, h);
    sky.addColorStop(0, '#20406a');
    sky.addColorStop(0.7, '#b07a60');
    sky.addColorStop(1, '#241d22');
    pen.fillStyle = sky;
    pen.fillRect(0, 0, w, h);
    pen.fillStyle = 'rgba(255,255,255,0.25)';
    pen.fillRect(((frameNumber * 3) % (w + 60)) - 60, h * 0.2, 60, 8);
  }

  private head(pose: FakePose, mix01: number, concealed: boolean): void {
    const { pen, widthPx: w, heightPx: h } = this;
    const x = pose.centreX01 * w;
    const y = pose.centreY01 * h;
    const shift = Math.sin(pose.turnRad) * 0.03 * w;
    const skin = [214 - 60 * mix01, 164 - 40 * mix01, 138 - 20 * mix01].map(Math.round);
    pen.fillStyle = '#2c3440';
    this.ellipse(x, h * 1.02, w * 0.17, h * 0.4);
    pen.fillStyle = mix01 > 0.5 ? '#c9c9c9' : '#3a2a20';
    this.ellipse(x, y - h * 0.05, w * 0.073, h * 0.175);
    pen.fillStyle = `rgb(${skin.join(',')})`;
    this.ellipse(x, y, w * 0.062, h * 0.146);
    if (concealed) return;
    pen.fillStyle = '#1c1614';
    this.ellipse(x + shift - w * 0.022, y - h * 0.03, w * 0.008, h * 0.011);
    this.ellipse(x + shift + w * 0.022, y - h * 0.03, w * 0.008, h * 0.011);
    this.ellipse(x + shift, y + h * 0.08, w * 0.02, h * (0.004 + 0.018 * pose.mouthOpen01));
  }

  private label(): void {
    const { pen, widthPx: w, heightPx: h } = this;
    pen.fillStyle = 'rgba(0,0,0,0.7)';
    pen.fillRect(w * 0.7, h * 0.04, w * 0.27, h * 0.08);
    pen.fillStyle = '#fff';
    pen.font = `700 ${Math.round(h * 0.052)}px sans-serif`;
    pen.fillText('AI MODIFIED', w * 0.715, h * 0.1, w * 0.24);
  }

  private ellipse(x: number, y: number, rx: number, ry: number): void {
    this.pen.beginPath();
    this.pen.ellipse(x, y, rx, ry, 0, 0, Math.PI * 2);
    this.pen.fill();
  }
}
