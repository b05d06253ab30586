import { existsSync } from 'node:fs';
import type { Command } from 'commander';
export function register(program: Command): void { void existsSync; void program; }
