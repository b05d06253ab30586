import { Option, type Command } from 'commander';
import { sceneNames } from '../stage-sim/scene/scripts.js';
import { whole } from './parse.js';
import { runOptionsOf, withRunFlags, type RunFlags } from './start.js';

interface Flags extends RunFlags {
  readonly scene?: string;
  readonly people?: number;
}

async function demo(flags: Flags): Promise<void> {
  const supervisor = await import('../supervisor/demo.js');
  process.exitCode = await supervisor.demo({
    ...runOptionsOf(flags),
    ...(flags.scene === undefined ? {} : { scene: flags.scene }),
    ...(flags.people === undefined ? {} : { people: flags.people }),
  });
}

export function register(program: Command): void {
  const command = program
    .command('demo')
    .description(
      'run the demo: a simulated camera, a synthetic performer and a synthetic likeness; nobody real, this machine only',
    )
    .addOption(new Option('--scene <name>', 'what happens on the simulated stage').choices([...sceneNames]))
    .option('--people <count>', 'people in front of the camera', whole(1, 4));
  withRunFlags(command).action(demo);
}
