import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { registryOf } from '../declarations.js';
import { defaultPorts } from '../show/schema.js';
import { demoShow, readShowFile } from '../show/show-file.js';
import { companionPages } from '../surfaces/layouts/companion.js';
import { openStageControlSession } from '../surfaces/layouts/open-stage-control.js';
import { panelOf } from '../surfaces/layouts/panel.js';
import { touchOscLayout } from '../surfaces/layouts/touchosc.js';
import { productVersion } from '../version.js';
import { say, sayJson } from './output.js';
import { port } from './parse.js';

interface Flags {
  readonly out: string;
  readonly host: string;
  readonly feedbackPort: number;
  readonly json?: boolean;
}

function layouts(showFile: string | undefined, flags: Flags): void {
  const show = showFile === undefined ? demoShow() : readShowFile(showFile);
  const cameras = show.sources.map(({ id, label }) => ({ id, label: label ?? id }));
  const registry = registryOf(
    cameras,
    (show.outputs ?? []).map(({ id, label, laneId }) => ({ id, label: label ?? id, laneId })),
    (show.multiviews ?? []).map(({ id, label }) => ({ id, label: label ?? id })),
  );
  const pages = panelOf(registry);
  const { host, feedbackPort } = flags;
  const connection = { host, oscPort: show.ports?.osc ?? defaultPorts.osc, feedbackPort };
  const files: Record<string, string | Uint8Array> = {
    ...companionPages(pages, connection),
    'open-stage-control.json': openStageControlSession(pages, connection, productVersion),
    'touchosc.tosc': touchOscLayout(pages),
  };
  const folder = resolve(flags.out);
  mkdirSync(folder, { recursive: true });
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  if (flags.json === true) {
    sayJson({ folder, files: Object.keys(files) });
    return;
  }
  say(`${Object.keys(files).length} files in ${folder}`);
  say(
    `For feedback without asking, add to the show file: "osc": { "targets": [ { "name": "Companion", "host": "(address of the panel)", ` +
      `"port": ${feedbackPort}, "preset": "companion" } ] }`,
  );
}

export function register(program: Command): void {
  program
    .command('layouts [show.json]')
    .description('write panels of a show for Bitfocus Companion, TouchOSC and Open Stage Control')
    .requiredOption('-o, --out <folder>', 'folder to write them into')
    .option('--host <address>', 'address of this machine as the panel reaches it', '127.0.0.1')
    .option('--feedback-port <port>', "UDP port on which the panel's machine hears feedback", port, 9001)
    .option('--json', 'print one JSON document')
    .addHelpText(
      'after',
      '\nWithout a show file the panels are those of the demo. Everything on them comes from the declarations.',
    )
    .action(layouts);
}
