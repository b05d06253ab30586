import { readFileSync } from 'node:fs';
import { StageScene } from '../../server/stage-sim/stage-scene.js';
import { StageTruth } from '../../server/stage-sim/stage-truth.js';
import { type FaceMeasure, identityGain, IdentityMeter } from './identity.js';
import type { GrabbedFrame } from './loop-probe.js';
import { loopScene, type LoopShape } from './loop-shapes.js';
import { rgbOf } from './pictures.js';
import { pingPong } from './ping-pong.js';
import { benchRow, type BenchRow } from './row.js';

/** identityGain of grabbed output pictures, against the same frames drawn again: as the camera saw them, and with the likeness. */
export async function gainOfGrabs(shape: LoopShape, grabs: readonly GrabbedFrame[]): Promise<BenchRow[]> {
  if (grabs.length === 0) return [];
  const { widthPx, heightPx, framesPerSecond, people } = shape;
  const scene = new StageScene({ ...loopScene, widthPx, heightPx, framesPerSecond, people });
  const truth = new StageTruth(scene);
  const meter = await IdentityMeter.open();
  const drawn = new Uint8Array(widthPx * heightPx * 2);
  const [output, plain, ideal]: FaceMeasure[][] = [[], [], []];
  for (const grab of grabs) {
    const index = pingPong(grab.stamp, shape.pictures);
    const near = truth.people(index)[0]!.landmarks;
    output!.push(await meter.measure(rgbOf(readFileSync(grab.file), widthPx, heightPx), near));
    scene.renderFrame(index, { who: 'performer' }, drawn);
    plain!.push(await meter.measure(rgbOf(drawn, widthPx, heightPx), near));
    scene.renderFrame(index, { who: 'likeness' }, drawn);
    ideal!.push(await meter.measure(rgbOf(drawn, widthPx, heightPx), near));
  }
  await meter.close();
  return [benchRow(shape.row, 'identityGain', identityGain(output!, plain!, ideal!), '', 1, grabs.length)];
}
