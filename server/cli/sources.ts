import type { Command } from 'commander';
import { discoveryMode } from '../ndi/discovery.js';
import { openNetwork, withNetworkFlags, type NetworkFlags } from './ndi/network.js';
import { remark, say, sayJson, table } from './output.js';

interface Flags extends NetworkFlags {
  readonly json?: boolean;
}

async function sources(flags: Flags): Promise<void> {
  const discovery = discoveryMode(flags.discoveryServer ?? []);
  const network = openNetwork(flags);
  try {
    const finder = network.finder();
    const seen = await finder.sources(flags.wait * 1000);
    finder.close();
    if (flags.json === true) {
      sayJson({ discovery, sources: seen });
      return;
    }
    remark(discovery.detail);
    if (seen.length === 0) {
      say(`No NDI source was seen within ${flags.wait} s.`);
      return;
    }
    const rows = seen.map(({ name, url, alsoAt }) => [
      name,
      url ?? '-',
      alsoAt === undefined ? '' : `ambiguous: also at ${alsoAt.join(', ')}`,
    ]);
    say(table(['SOURCE', 'ADDRESS', ''], rows));
  } finally {
    network.close();
  }
}

export function register(program: Command): void {
  const command = program
    .command('sources')
    .description('list the NDI sources that are seen, and how they are looked for');
  withNetworkFlags(command, 3).option('--json', 'print one JSON document').action(sources);
}
