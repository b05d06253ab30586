import { accessSync, constants, existsSync, readdirSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { CodedError } from '../errors/coded-error.js';
import { runEntry } from './child.js';
import { frameRate, whole, type FrameRate } from './parse.js';

interface Flags {
  readonly name: string;
  readonly fps?: FrameRate;
  readonly width?: number;
  readonly height?: number;
  readonly once?: boolean;
  readonly interface: string;
}

const isPicture = (name: string): boolean => /\.(jpe?g|png)$/i.test(name);

/** Throws CLI_FILE_MISSING or CLI_FILE_UNREADABLE before a camera appears on the network. */
function checkFootage(path: string): void {
  if (!existsSync(path)) throw new CodedError('CLI_FILE_MISSING', { file: path });
  if (statSync(path).isDirectory()) {
    if (!readdirSync(path).some(isPicture))
      throw new CodedError('CLI_FILE_UNREADABLE', { file: path, reason: 'there is no JPEG or PNG picture in it' });
    return;
  }
  try {
    accessSync(path, constants.R_OK);
  } catch (error) {
    throw new CodedError('CLI_FILE_UNREADABLE', { file: path, reason: (error as Error).message }, { cause: error });
  }
}

/** The arguments of server/stage-sim/footage.ts. */
export const footageArguments = (path: string, flags: Flags): string[] => [
  resolve(path),
  '--name',
  flags.name,
  ...(flags.fps === undefined
    ? []
    : ['--fps', flags.fps.den === 1 ? String(flags.fps.num) : `${flags.fps.num}/${flags.fps.den}`]),
  ...(flags.width === undefined ? [] : ['--width', String(flags.width)]),
  ...(flags.height === undefined ? [] : ['--height', String(flags.height)]),
  ...(flags.once === true ? ['--once'] : []),
  '--interface',
  flags.interface,
];

async function play(path: string, flags: Flags): Promise<void> {
  checkFootage(path);
  process.exitCode = await runEntry('stage-sim/footage.ts', footageArguments(path, flags));
}

export function register(program: Command): void {
  program
    .command('play <footage>')
    .description(
      'send footage as an NDI camera: a folder of JPEG or PNG pictures, or a video file where ffmpeg is installed',
    )
    .option('--name <name>', "NDI name, without the machine's", 'Understudy Footage')
    .option(
      '--fps <rate>',
      "frame rate: 25, 59.94, 30000/1001 (default: the footage's own, 25 for pictures)",
      frameRate,
    )
    .option('--width <px>', "picture width (default: the footage's own)", whole(64, 7680))
    .option('--height <px>', "picture height (default: the footage's own)", whole(64, 4320))
    .option('--once', 'end after the last picture instead of starting over')
    .option('--interface <address>', 'network interface that carries NDI, by its address', '127.0.0.1')
    .action(play);
}
