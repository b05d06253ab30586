import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSession } from '../../server/onnx/ort.js';
import { projectRoot } from '../../server/paths.js';
import { FaceDetector } from '../../server/stages/keyframe/analysis/face-detector.js';
import { FaceMesher } from '../../server/stages/keyframe/analysis/face-mesher.js';
import { IdentityEmbedder, identityLength } from '../../server/stages/keyframe/analysis/identity-embedder.js';
import { meshFace } from './face-of.js';
import { loadPicture } from './load-picture.js';

/**
 * For maintainers, after a change of the embedding or its alignment: writes the mean of the embeddings of all faces in the demo
 * photographs that @vladmandic/face-api ships. It is the average of some twenty people and shows none of them.
 *
 *   node build/test/keyframe/record-mean-identity.js
 */
const folder = join(projectRoot, 'node_modules/@vladmandic/face-api/demo');
const [detector, mesher, embedder] = await Promise.all([
  FaceDetector.create(createSession),
  FaceMesher.create(createSession),
  IdentityEmbedder.create(createSession),
]);
const mean = new Float64Array(identityLength);
let faceCount = 0;
for (const name of readdirSync(folder)
  .filter((file) => /^sample\d\.jpg$/.test(file))
  .sort()) {
  const picture = await loadPicture(join(folder, name));
  for (const face of await detector.detect(picture.data, picture.widthPx, picture.heightPx)) {
    const { crop, landmarks, presence01 } = await meshFace(picture, face, mesher);
    if (presence01 < 0.9) continue;
    (await embedder.features(crop, landmarks)).forEach((value, i) => (mean[i]! += value));
    faceCount++;
  }
}
// Sixteen bits over 0…4 are far finer than the spread of the features.
const quantised = Uint16Array.from(mean, (sum) => Math.round(Math.min(sum / faceCount / 4, 1) * 65535));
const lines =
  Buffer.from(quantised.buffer)
    .toString('base64')
    .match(/.{1,110}/g) ?? [];
writeFileSync(
  join(projectRoot, 'server/stages/keyframe/analysis/mean-identity.ts'),
  `/** Mean faceres embedding of ${faceCount} people, written by test/keyframe/record-mean-identity.ts. 1024 × 16 bits, 65535 = 4. */
const packed = [
${lines.map((line) => `  '${line}',`).join('\n')}
].join('');

const bytes = Uint8Array.from(Buffer.from(packed, 'base64'));
export const meanIdentity = Float32Array.from(new Uint16Array(bytes.buffer), (value) => (value / 65535) * 4);
`,
);
process.stdout.write(`mean of ${faceCount} faces\n`);
