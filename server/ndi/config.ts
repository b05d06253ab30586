import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ndiFault } from './fault.js';

/** Where NDI may talk. The default is this machine alone. */
export interface NdiNetwork {
  /** Addresses of the network interfaces that carry NDI; nothing else is listened on or sent from. */
  readonly interfaceAddresses: readonly string[];
  /** Replaces the host name in front of source names: "STAGE" gives "STAGE (CAM A)". */
  readonly machineName?: string;
  /** NDI discovery servers, instead of mDNS. */
  readonly discoveryServers?: readonly string[];
  /** Further machines that are asked for their sources directly. */
  readonly askAddresses?: readonly string[];
}

export const loopbackOnly: NdiNetwork = { interfaceAddresses: ['127.0.0.1'] };

/** Addresses asked directly: the operator's, and our own interfaces for the processes beside us where there is no mDNS. */
export const askedAddresses = (network: NdiNetwork): string[] => [
  ...new Set([...network.interfaceAddresses, ...(network.askAddresses ?? [])]),
];

/** The text of ndi-config.v1.json. TCP only: one transport that behaves alike on loopback and on a stage switch. */
export function ndiConfigJson(network: NdiNetwork): string {
  const config = {
    ndi: {
      ...(network.machineName === undefined ? {} : { machinename: network.machineName }),
      networks: { ips: (network.askAddresses ?? []).join(','), discovery: (network.discoveryServers ?? []).join(',') },
      adapters: { allowed: [...network.interfaceAddresses] },
      tcp: { recv: { enable: true } },
      rudp: { recv: { enable: false } },
      multicast: { send: { enable: false }, recv: { enable: false } },
      unicast: { recv: { enable: false } },
    },
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}

let startedWith: string | null = null;

/**
 * Writes `<folder>/ndi-config.v1.json` and points libndi at it through NDI_CONFIG_DIR. libndi reads the file once, when it
 * starts. @throws NDI_CONFIG_LATE where it has started in this process with other settings.
 */
export function applyNdiConfig(folder: string, network: NdiNetwork): void {
  const wanted = ndiConfigJson(network);
  if (startedWith !== null) {
    if (startedWith !== wanted) throw ndiFault('NDI_CONFIG_LATE');
    return;
  }
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'ndi-config.v1.json'), wanted);
  process.env['NDI_CONFIG_DIR'] = folder;
}

/** libndi is about to start: remembers what it will read. */
export function noteLibraryStart(): void {
  if (startedWith !== null) return;
  const folder = process.env['NDI_CONFIG_DIR'];
  try {
    startedWith = folder === undefined ? '' : readFileSync(join(folder, 'ndi-config.v1.json'), 'utf8');
  } catch {
    // No file there: libndi takes its own defaults.
    startedWith = '';
  }
}
