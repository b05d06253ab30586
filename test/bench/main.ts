// `npm run bench -- [row …] [--seconds N] [--frames N] [--lpips FILE] [--json FILE]`: measures rows, each beside its reference in the same run, prints a table and
// writes JSON. A row's name may be a prefix: `loop`, `likeness`, `interval.1`.
import { writeFileSync } from 'node:fs';
import { arch, cpus, loadavg, platform, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { machineClock } from '../../server/time/clock.js';
import { chosen, entries } from './catalogue.js';
import type { BenchContext } from './context.js';
import type { BenchRow } from './row.js';
import { tableOf } from './table.js';

interface Asked {
  readonly rows: readonly string[];
  readonly seconds: number | null;
  readonly frames: number | null;
  readonly lpips: string | null;
  readonly json: string | null;
}

function ask(): Asked {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      seconds: { type: 'string' },
      frames: { type: 'string' },
      lpips: { type: 'string' },
      json: { type: 'string' },
      list: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help === true || values.list === true) {
    console.log(
      `npm run bench -- [row …] [--seconds N] [--frames N] [--lpips FILE] [--json FILE]\n--lpips: LPIPS as an ONNX file (two pictures in, one number out) or its backbone, for the rows likeness.*\nRows (a name may be a prefix):\n  ${entries.map(({ name }) => name).join('\n  ')}`,
    );
    process.exit(0);
  }
  return {
    rows: positionals,
    seconds: aboveZero('--seconds', values.seconds),
    frames: aboveZero('--frames', values.frames),
    lpips: values.lpips ?? null,
    json: values.json ?? null,
  };
}

function aboveZero(option: string, text: string | undefined): number | null {
  if (text === undefined) return null;
  const value = Number(text);
  if (!(value > 0)) throw new RangeError(`${option} takes a number above 0, not ${text}`);
  return value;
}

const machine = () => ({
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: cpus().length,
  memoryGb: Math.round(totalmem() / 2 ** 30),
  platform: `${platform()} ${arch()}`,
  node: process.version,
  /** Of the last minute when the bench began: above the number of cores, the machine is shared and only ratios mean something. */
  loadAverage: loadavg()[0],
  at: machineClock.wallClockIso(),
});

async function main(): Promise<number> {
  const { rows: wanted, seconds, frames, lpips, json } = ask();
  const about = machine();
  const picked = chosen(wanted);
  if (picked.length === 0) {
    console.error(`No row is called ${wanted.join(', ')}. npm run bench -- --list names them.`);
    return 2;
  }
  const context: BenchContext = {
    seconds,
    frames,
    lpips,
    clock: machineClock,
    note: (text) => void process.stderr.write(`${text}\n`),
  };
  const rows: BenchRow[] = [];
  let failed = 0;
  for (const entry of picked) {
    try {
      rows.push(...(await entry.run(context, wanted)));
    } catch (error) {
      failed++;
      console.error(`${entry.name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    }
    // After each row: a bench that is broken off leaves what it has measured.
    if (json !== null) writeFileSync(json, `${JSON.stringify({ machine: about, rows }, null, 1)}\n`);
  }
  console.log(tableOf(rows));
  return failed === 0 ? 0 : 1;
}

process.exit(await main());
