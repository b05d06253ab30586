import type { Command } from 'commander';
import { registerBuild } from './likeness/build.js';
import { registerInspect } from './likeness/inspect.js';

export function register(program: Command): void {
  const likeness = program.command('likeness').description('make, show and check likeness packages');
  registerBuild(likeness);
  registerInspect(likeness);
}
