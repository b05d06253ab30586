import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodePhoto } from '../../server/likeness/package/photo-faces.js';
import { buildRoot } from '../../server/paths.js';
import { IdentityMeter } from './identity.js';
import { Lpips } from './lpips.js';
import { Referee } from './referee.js';
import type { Judges } from './sequence-run.js';

/** The product's own models and the referee, both knowing the demo's likeness and performer by their photos; and LPIPS, where its file is given. */
export async function openJudges(lpipsPath: string | null = null): Promise<Judges & { close(): Promise<void> }> {
  const lpips = lpipsPath === null ? null : await Lpips.open(lpipsPath);
  const meter = await IdentityMeter.open();
  const referee = await Referee.open();
  const known = async (folder: string, start: string): Promise<Float32Array> => {
    const path = join(buildRoot, 'demo', folder);
    const files = existsSync(path) ? readdirSync(path).filter((name) => name.startsWith(start)) : [];
    const sum = new Float32Array(128);
    for (const file of files) {
      const photo = await decodePhoto(readFileSync(join(path, file)));
      const picture = { data: photo.rgb, widthPx: photo.widthPx, heightPx: photo.heightPx };
      const descriptor = await referee.describe(picture, await meter.landmarksIn(picture));
      descriptor.forEach((value, i) => (sum[i]! += value / files.length));
    }
    return sum;
  };
  return {
    meter,
    referee,
    lpips,
    refereeKnows: { likeness: await known('photos', 'sasha-'), performer: await known('performers', 'robin-') },
    close: async () => {
      referee.close();
      await lpips?.close();
      await meter.close();
    },
  };
}
