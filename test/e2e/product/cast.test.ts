import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ShowFile } from '../../../server/show/schema.js';
import { demoShowOnDisk } from '../../../server/supervisor/demo.js';
import type { PeerProcess } from '../support/peer-process.js';
import { orderOf, seenBy, waitForPicture } from './seen.js';
import { laneAddress } from './server-under-test.js';
import { firstTimecode100ns, step100ns, Take } from './take.js';

/** Who may get a likeness changes while cameras run: the show file, the console and the camera itself each bring a performer. */
let take: Take;
let probe: PeerProcess;
const [member] = demoShowOnDisk().cast;
const likenessId = member!.likeness!;
beforeAll(async () => {
  take = new Take('cast');
  await take.startCamera(take.loop({ scene: 'talk', pictures: 30 }));
  await take.startServer({ show: { cast: [] } });
  probe = await take.startProbe();
  await waitForPicture(probe, ({ step }) => step === 'idle', 30_000);
});
afterAll(() => take.close());

const showFileNow = async (): Promise<ShowFile> =>
  (await (await fetch(`http://127.0.0.1:${take.server.run().httpPort}/show/file`)).json()) as ShowFile;
const auditNow = (): string => readFileSync(join(take.folder, 'state', 'audit.jsonl'), 'utf8');
const lanePid = (): number | null => take.server.pidOf('lane');
/** From here on: every picture, in order, of the same lane. */
const watched = () => {
  const from = seenBy(probe).length;
  const pid = lanePid();
  return () => {
    expect(orderOf(seenBy(probe).slice(from), firstTimecode100ns, step100ns)).toEqual({
      ...{ missing: [], outOfOrder: [], offGrid: [] },
    });
    expect(lanePid()).toBe(pid);
  };
};

it('a performer whom the show file names from now on is recognised by a running lane, which misses no picture', async () => {
  const whole = watched();
  const from = probe.events.length;
  const file = join(take.folder, 'show.json');
  writeFileSync(file, JSON.stringify({ ...(JSON.parse(readFileSync(file, 'utf8')) as ShowFile), cast: [member] }));
  await take.onAir(probe, from);
  whole();
});

it('taken out by a console, the face is nobody’s: the likeness leaves it and does not come back', async () => {
  const whole = watched();
  const from = probe.events.length;
  await take.server.set('/understudy/show/cast/remove', member!.performerId);
  await waitForPicture(probe, ({ step }) => step === 'idle', 15_000, from);
  const steps = seenBy(probe)
    .map(({ step }) => step)
    .slice(seenBy(probe).findLastIndex(({ step }) => step === 'likeness') + 1);
  // Nobody is left in the cast who it could be, so it is untouched at once.
  for (const step of steps) expect(['conceal', 'unacquired', 'idle']).toContain(step);
  whole();
});

it('enrolled before the camera with a likeness, a newcomer joins the cast list and is shown, on record and after a crash too', async () => {
  const whole = watched();
  const from = probe.events.length;
  await take.server.set(laneAddress('performer/enrol'), `newcomer ${likenessId}`);
  await take.onAir(probe, from);
  whole();
  const entry = { performerId: 'newcomer', name: 'newcomer', enrolment: [], likeness: likenessId };
  expect((await showFileNow()).cast).toEqual([entry]);
  const kinds = auditNow()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { kind: string; detail: Record<string, unknown> })
    .filter(({ detail }) => detail['performerId'] === 'newcomer' || detail['what'] === 'performer newcomer')
    .map(({ kind }) => kind);
  expect(kinds.slice(0, 4)).toEqual(['enrol', 'enrol', 'show-edit', 'assign']);

  const pid = await take.server.kill('control');
  await take.server.alive('control', pid);
  await expect
    .poll(
      () =>
        showFileNow().then(
          ({ cast }) => cast,
          () => null,
        ),
      { timeout: 10_000 },
    )
    .toEqual([entry]);
  await take.onAir(probe, probe.events.length);
});
