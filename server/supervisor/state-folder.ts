import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/** `run.json` in a state folder: the show that runs from it, for the other verbs of the command line. */
export interface RunRecord {
  /** Of the supervisor. */
  readonly pid: number;
  readonly runFolder: string;
  readonly httpPort: number;
  readonly inferencePid?: number | null;
  readonly controlPid?: number | null;
  readonly lanes: readonly {
    readonly laneId: string;
    readonly pid: number | null;
    /** UDP on loopback. */
    readonly bypassPort: number;
    readonly outputName: string;
  }[];
}

/** Where all shows of this user keep what must survive: $UNDERSTUDY_STATE, else $XDG_STATE_HOME/understudy, else ~/.local/state/understudy. */
export function stateRoot(environment: NodeJS.ProcessEnv = process.env): string {
  const own = environment['UNDERSTUDY_STATE'];
  if (own) return isAbsolute(own) ? own : join(process.cwd(), own);
  // The XDG base directory specification: a relative path is invalid and ignored.
  const shared = environment['XDG_STATE_HOME'];
  if (shared && isAbsolute(shared)) return join(shared, 'understudy');
  return join(homedir(), '.local', 'state', 'understudy');
}

/** A show's own folder below the state root, by its name: two shows do not share a journal. */
export function stateFolderOf(showName: string, environment: NodeJS.ProcessEnv = process.env): string {
  const slug = showName
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^\p{Letter}\p{Number}]+/gu, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 80);
  return join(stateRoot(environment), slug === '' ? 'show' : slug);
}

/** The state folders that exist: the root itself where a show was told to use it, and those below it. */
export function stateFolders(root = stateRoot()): string[] {
  if (!existsSync(root)) return [];
  const below = readdirSync(root, { withFileTypes: true }).filter(
    // A name with a dot is no show's: the store of added models.
    (entry) => entry.isDirectory() && entry.name !== 'logs' && !entry.name.includes('.'),
  );
  return [root, ...below.map((entry) => join(root, entry.name)).sort()];
}

const lives = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives, under another user.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

/** The show that runs from a folder; null where none does, also where one died and left its record. */
export function readRunRecord(folder: string): RunRecord | null {
  let parsed: Partial<RunRecord>;
  try {
    parsed = JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8')) as Partial<RunRecord>;
  } catch {
    return null;
  }
  if (typeof parsed.pid !== 'number' || !Array.isArray(parsed.lanes) || !lives(parsed.pid)) return null;
  return parsed as RunRecord;
}
