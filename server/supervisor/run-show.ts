import { existsSync, type FSWatcher, readFileSync, watch } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { ShowFile } from '../show/schema.js';
import { readShowFile } from '../show/show-file.js';
import type { RunOptions } from './run-options.js';
import { Supervisor } from './supervisor.js';

/** Cameras are added and removed by editing the show file while the show runs; a faulty file changes nothing. */
function followShowFile(showFile: string, supervisor: Supervisor, say: (line: string) => void): FSWatcher {
  let timer: NodeJS.Timeout | null = null;
  let last = readFileSync(showFile, 'utf8');
  let busy = Promise.resolve();
  const take = (): void => {
    const text = readFileSync(showFile, 'utf8');
    if (text === last) return;
    last = text;
    try {
      const show = readShowFile(showFile);
      busy = busy
        .then(() => supervisor.follow(show))
        .catch((error: unknown) => say(`The changed show file was not taken on: ${(error as Error).message}`));
      say('The show file changed.');
    } catch (error) {
      const { code = '', message, advice = '' } = error as Error & { code?: string; advice?: string };
      say(`The changed show file is not used. ${code}: ${message}\n  ${advice}`);
    }
  };
  // Editors write in several steps, or put a new file in the old one's place: the folder is watched, and a moment waited.
  return watch(dirname(resolve(showFile)), () => {
    if (timer) clearTimeout(timer);
    timer = setTimeout(() => {
      if (existsSync(showFile)) take();
    }, 300);
  });
}

/** Runs a show until Ctrl-C or SIGTERM. Resolves with the process's exit code. */
export async function runShow(showFile: string | null, show: ShowFile, options: RunOptions): Promise<number> {
  const say = (line: string): void => {
    if (options.quiet !== true) process.stdout.write(`${line}\n`);
  };
  const supervisor = new Supervisor(showFile, show, options, say);
  const stopped = new Promise<number>((resolve) => {
    let asked = false;
    const stop = (): void => {
      if (asked) return;
      asked = true;
      say('Closing …');
      void supervisor.close().then(() => resolve(0));
    };
    process.on('SIGINT', stop);
    process.on('SIGTERM', stop);
  });
  try {
    await supervisor.start();
  } catch (error) {
    // Nothing half-started is left behind.
    await supervisor.close();
    throw error;
  }
  const watching = showFile === null ? null : followShowFile(showFile, supervisor, say);
  say('Ctrl-C ends the show.');
  const code = await stopped;
  watching?.close();
  return code;
}
