import type { Command } from 'commander';
import { runEntry } from './child.js';
import { frameRate, whole, type FrameRate } from './parse.js';

interface Flags {
  readonly name: string;
  readonly scene: string;
  readonly people: number;
  readonly width: number;
  readonly height: number;
  readonly fps: FrameRate;
  readonly seed: number;
}

/** The arguments of server/stage-sim/camera.ts. */
export const cameraArguments = (flags: Flags): string[] => [
  '--name', flags.name,
  '--scene', flags.scene,
  '--people', String(flags.people),
  '--width', String(flags.width),
  '--height', String(flags.height),
  '--fps', flags.fps.den === 1 ? String(flags.fps.num) : `${flags.fps.num}/${flags.fps.den}`,
  '--seed', String(flags.seed),
];

async function camera(flags: Flags): Promise<void> {
  process.exitCode = await runEntry('stage-sim/camera.js', cameraArguments(flags));
}

export function register(program: Command): void {
  program
    .command('camera')
    .description('play the simulated stage as an NDI camera: synthetic people, known truth')
    .option('--name <name>', "NDI name, without the machine's", 'Understudy Stage Cam A')
    .option('--scene <name>', 'what happens on the stage', 'demo')
    .option('--people <count>', 'people in front of the camera', whole(1, 4), 1)
    .option('--width <px>', 'picture width', whole(64, 7680), 1920)
    .option('--height <px>', 'picture height', whole(64, 4320), 1080)
    .option('--fps <rate>', 'frame rate: 25, 59.94, 30000/1001', frameRate, { num: 25, den: 1 })
    .option('--seed <n>', 'equal seeds give equal pictures', whole(0, 2 ** 31 - 1), 1)
    .action(camera);
}
