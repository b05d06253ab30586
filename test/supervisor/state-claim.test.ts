import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ipcPath } from '../../server/ipc/channel.js';
import { RunFile } from '../../server/supervisor/run-file.js';
import { assertStateFree } from '../../server/supervisor/state-claim.js';
import { readRunRecord } from '../../server/supervisor/state-folder.js';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'us-claim-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** The test runner's own parent stands for another show's supervisor: it lives, and is not this process. */
const leaveRecord = (): void =>
  writeFileSync(
    join(folder, 'run.json'),
    JSON.stringify({ pid: process.ppid, runFolder: folder, httpPort: 1, lanes: [] }),
  );

describe('a state folder', () => {
  it('is refused while a process of another show answers, and free where only its record was left', async () => {
    await expect(assertStateFree(folder)).resolves.toBeUndefined();
    leaveRecord();
    await expect(assertStateFree(folder)).resolves.toBeUndefined();
    const inference = createServer().listen(ipcPath(folder, 'inference'));
    await once(inference, 'listening');
    await expect(assertStateFree(folder)).rejects.toMatchObject({
      code: 'STATE_IN_USE',
      context: { pid: process.ppid },
    });
    await new Promise((done) => inference.close(done));
    await expect(assertStateFree(folder)).resolves.toBeUndefined();
  });

  it('keeps the record of the show that runs when another one was refused', () => {
    leaveRecord();
    new RunFile(folder, () => ({ pid: process.pid, runFolder: folder, httpPort: 2, lanes: [] })).remove();
    expect(readRunRecord(folder)).toMatchObject({ pid: process.ppid });
  });
});
