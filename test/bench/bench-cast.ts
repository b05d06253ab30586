import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createCanvas } from '@napi-rs/canvas';
import { buildRoot, castRoot } from '../../server/paths.js';
import type { ShowFile } from '../../server/show/schema.js';
import type { PersonId } from '../../server/stage-sim/cast/recipes.js';
import { portraitRgba, renderPortrait } from '../../server/stage-sim/portrait.js';
import { demoShowOnDisk } from '../../server/supervisor/demo.js';

/** Who joins the demo's performer on the stage, in the simulated stage's own order. */
const others: readonly PersonId[] = ['kim', 'ada', 'noa'];
const yawsDeg = [0, -14];

/** Enrolment photos as set-up makes them for the demo's performer; drawn again when the cast was built anew. */
function enrolmentOf(person: PersonId): string[] {
  const folder = join(buildRoot, 'bench', 'cast');
  mkdirSync(folder, { recursive: true });
  const madeAt = statSync(join(castRoot, `${person}.cast`)).mtimeMs;
  return yawsDeg.map((yawDeg, index) => {
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
