import { Option, type Command } from 'commander';
import { sceneNames } from '../stage-sim/scene/scripts.js';
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
  readonly loop: number;
  readonly interface: string;
}

/** The arguments of server/stage-sim/camera.ts. */
export const cameraArguments = (flags: Flags): string[] => [
  '--name',
  flags.name,
  '--scene',
  flags.scene,
  '--people',
  String(flags.people),
  '--width',
  String(flags.width),
  '--height',
  String(flags.height),
  '--fps',
  flags.fps.den === 1 ? String(flags.fps.num) : `${flags.fps.num}/${flags.fps.den}`,
  '--seed',
  String(flags.seed),
  '--loop',
  String(flags.loop),
  '--interface',
  flags.interface,
];

async function camera(flags: Flags): Promise<void> {
  process.exitCode = await runEntry('stage-sim/camera.ts', cameraArguments(flags));
}

export function register(program: Command): void {
  program
    .command('camera')
    .description('play the simulated stage as an NDI camera: synthetic people, known truth')
    .option('--name <name>', "NDI name, without the machine's", 'Understudy Stage Cam A')
    .addOption(new Option('--scene <name>', 'what happens on the stage').choices([...sceneNames]).default('demo'))
    .option('--people <count>', 'people in front of the camera', whole(1, 4), 1)
    .option('--width <px>', 'picture width', whole(64, 7680), 1920)
    .option('--height <px>', 'picture height', whole(64, 4320), 1080)
    .addOption(
      new Option('--fps <rate>', 'frame rate: 25, 59.94, 30000/1001')
        .argParser(frameRate)
        .default({ num: 25, den: 1 }, '25'),
    )
    .option('--seed <n>', 'equal seeds give equal pictures', whole(0, 2 ** 31 - 1), 1)
    .option(
      '--loop <pictures>',
      'render so many pictures first and play them to and fro; 0 renders as it goes',
      whole(0, 10_000),
      0,
    )
    .option('--interface <address>', 'network interface that carries NDI, by its address', '127.0.0.1')
    .addHelpText(
      'after',
      '\nJSON lines on standard input change it while it plays: {"scene":"hand"}, {"occluder":"prop"}.',
    )
    .action(camera);
}
