import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { createCanvas } from '@napi-rs/canvas';
import { buildLikeness } from '../../server/likeness/package/build.js';
import { writeLikeness } from '../../server/likeness/package/package-file.js';
import { photoFaces } from '../../server/likeness/package/photo-faces.js';
import { createSession } from '../../server/onnx/ort.js';
import { buildRoot, castRoot } from '../../server/paths.js';
import type { ShowFile } from '../../server/show/schema.js';
import type { PersonId } from '../../server/stage-sim/cast/recipes.js';
import { portraitRgba, renderPortrait } from '../../server/stage-sim/portrait.js';
import { FaceDetector } from '../../server/stages/keyframe/analysis/face-detector.js';
import { FaceMesher } from '../../server/stages/keyframe/analysis/face-mesher.js';
import { machineClock } from '../../server/time/clock.js';
import { demoShowOnDisk } from '../../server/supervisor/demo.js';

/** Who joins the demo's performer on the stage, in the simulated stage's own order. */
const others: readonly PersonId[] = ['kim', 'ada', 'noa'];
const yawsDeg = [0, -14];
/** As a production would photograph whoever lends a likeness. */
const likenessYawsDeg = [0, -14, 14];

/** Enrolment photos as set-up makes them for the demo's performer; drawn again when the cast was built anew. */
const enrolmentOf = (person: PersonId): string[] => portraitsOf(person, yawsDeg);

function portraitsOf(person: PersonId, turns: readonly number[]): string[] {
  const folder = join(buildRoot, 'bench', 'cast');
  mkdirSync(folder, { recursive: true });
  const madeAt = statSync(join(castRoot, `${person}.cast`)).mtimeMs;
  return turns.map((yawDeg, index) => {
    const file = join(folder, `${person}-${index + 1}.png`);
    if (existsSync(file) && statSync(file).mtimeMs > madeAt) return file;
    const { widthPx, heightPx, rgba } = portraitRgba(renderPortrait(person, { yawDeg, sidePx: 1280 }));
    const canvas = createCanvas(widthPx, heightPx);
    const context = canvas.getContext('2d');
    const image = context.createImageData(widthPx, heightPx);
    image.data.set(rgba);
    context.putImageData(image, 0, 0);
    writeFileSync(file, canvas.toBuffer('image/png'));
    return file;
  });
}

/** The demo's show with the first `people` of the stage in its cast, all of them played by the demo's likeness. */
export function showOf(people: number): ShowFile {
  const show = demoShowOnDisk();
  const joined = others.slice(0, people - 1).map((person) => ({
    performerId: person,
    name: `${person} (synthetic)`,
    enrolment: enrolmentOf(person),
    likeness: 'sasha',
  }));
  // With several performers nobody in particular is expected before the camera.
  const sources = people === 1 ? show.sources : show.sources.map((source) => ({ ...source, performer: null }));
  return { ...show, sources, cast: [...show.cast, ...joined] };
}

/** One of the stage's people with the likeness of another. Its package is made at first use. */
export async function pairShow(performer: PersonId, likeness: PersonId): Promise<ShowFile> {
  const show = demoShowOnDisk();
  const likenessFolder = join(buildRoot, 'bench', 'likenesses');
  const folder = join(likenessFolder, likeness);
  const photos = portraitsOf(likeness, likenessYawsDeg);
  if (!existsSync(folder) || statSync(folder).mtimeMs < Math.max(...photos.map((photo) => statSync(photo).mtimeMs))) {
    const detector = await FaceDetector.create(createSession);
    const mesher = await FaceMesher.create(createSession);
    const consent = {
      schemaVersion: 1,
      id: `synthetic-${likeness}`,
      synthetic: true,
      provenance: 'The simulated stage.',
    };
    const request = { id: likeness, name: likeness, photos: photos.map(read), consent };
    rmSync(folder, { recursive: true, force: true });
    writeLikeness(folder, await buildLikeness(request, photoFaces(detector, mesher), machineClock));
    await Promise.all([detector.close(), mesher.close()]);
  }
  const member = { performerId: performer, name: performer, enrolment: enrolmentOf(performer), likeness };
  return { ...show, likenessFolder, cast: [member], sources: show.sources.map((source) => ({ ...source, performer })) };
}
const read = (file: string): { name: string; bytes: Uint8Array } => ({
  name: basename(file),
  bytes: new Uint8Array(readFileSync(file)),
});
