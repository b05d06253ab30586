import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { openLibndi } from '../../ndi/libndi.js';
import type { NdiFinder, NdiPort } from '../../ndi/port.js';
import { list, seconds } from '../parse.js';

/** The flags that every verb with NDI takes. */
export interface NetworkFlags {
  readonly interface?: readonly string[];
  readonly extraIp?: readonly string[];
  readonly discoveryServer?: readonly string[];
  readonly groups?: string;
  readonly machineName?: string;
  readonly wait: number;
}

export const withNetworkFlags = (command: Command, waitSeconds: number): Command =>
  command
    .option(
      '--interface <address>',
      'network interface that carries NDI, by its address; may be repeated (default: 127.0.0.1)',
      list,
    )
    .option('--extra-ip <address>', 'machine to ask for its sources directly; may be repeated', list)
    .option('--discovery-server <address>', 'NDI discovery server, instead of mDNS; may be repeated', list)
    .option('--groups <names>', 'NDI groups, comma-separated')
    .option('--machine-name <name>', "name in front of this machine's source names, instead of the host's")
    .option('--wait <seconds>', 'how long to look for sources', seconds, waitSeconds);

export interface OpenNetwork {
  readonly ndi: NdiPort;
  finder(): NdiFinder;
  close(): void;
}

/** Opens libndi on the interfaces that the flags name, loopback alone by default. Throws the NDI door's codes. */
export function openNetwork(flags: Omit<NetworkFlags, 'wait'>): OpenNetwork {
  const configFolder = mkdtempSync(join(tmpdir(), 'understudy-ndi-'));
  const discard = (): void => rmSync(configFolder, { recursive: true, force: true });
  try {
    const ndi = openLibndi({
      configFolder,
      network: {
        interfaceAddresses: flags.interface ?? ['127.0.0.1'],
        ...(flags.machineName === undefined ? {} : { machineName: flags.machineName }),
        ...(flags.discoveryServer === undefined ? {} : { discoveryServers: flags.discoveryServer }),
        ...(flags.extraIp === undefined ? {} : { askAddresses: flags.extraIp }),
      },
    });
    return {
      ndi,
      finder: () => ndi.createFinder(flags.groups === undefined ? {} : { groups: flags.groups }),
      close: () => {
        ndi.close();
        discard();
      },
    };
  } catch (error) {
    discard();
    throw error;
  }
}
