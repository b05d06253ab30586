import { CodedError } from '../../errors/coded-error.js';
import type { NdiReceiver, NdiSource, ReceiverOptions } from '../../ndi/port.js';
import type { NetworkFlags, OpenNetwork } from './network.js';

const isAddress = (source: string): boolean => /^(\[[0-9a-fA-F:]+\]|[\w.-]+):\d{1,5}$/.test(source);

/** The source an operator named: an address at once, a name once it is seen. Throws CLI_SOURCE_NOT_SEEN with what was. */
export async function findNamed(network: OpenNetwork, wanted: string, flags: NetworkFlags): Promise<NdiSource> {
  if (isAddress(wanted)) return { name: wanted, url: wanted };
  const finder = network.finder();
  try {
    const found = await finder.find(wanted, flags.wait * 1000);
    if (found !== null) return found;
    const names = (await finder.sources(0)).map((source) => source.name);
    throw new CodedError('CLI_SOURCE_NOT_SEEN', {
      source: wanted,
      seconds: flags.wait,
      seen: names.length === 0 ? 'none' : names.join(', '),
    });
  } finally {
    finder.close();
  }
}

/** A receiver in the format libndi decodes to: nothing is converted before it is measured. */
export function receiveFrom(
  network: OpenNetwork,
  source: NdiSource,
  options: Partial<ReceiverOptions> = {},
): NdiReceiver {
  const named =
    source.url === null
      ? { name: source.name }
      : isAddress(source.name)
        ? { url: source.url }
        : { name: source.name, url: source.url };
  return network.ndi.createReceiver({
    source: named,
    receiverName: 'Understudy monitor',
    color: 'fastest',
    allowFields: true,
    ...options,
  });
}
