import { Bonjour } from 'bonjour-service';

/** A name on the network, as long as it is not withdrawn. */
export interface Announcement {
  withdraw(): void;
}

/**
 * Announces `_oscjson._tcp` (OSCQuery) and `_osc._udp` on the network of `host` by mDNS: only where the operator turned it on.
 * `onFault`: the announcement does not stand, everything else goes on.
 */
export function announce(
  options: { readonly name: string; readonly host: string; readonly queryPort: number; readonly oscPort: number },
  onFault: (reason: string) => void,
): Announcement {
  const { name, host, queryPort, oscPort } = options;
  const fault = (error: unknown): void => onFault(error instanceof Error ? error.message : String(error));
  try {
    const bonjour = new Bonjour({ interface: host } as object, fault);
    bonjour.publish({ name, type: 'oscjson', protocol: 'tcp', port: queryPort, probe: false });
    bonjour.publish({ name, type: 'osc', protocol: 'udp', port: oscPort, probe: false });
    return { withdraw: () => bonjour.unpublishAll(() => bonjour.destroy()) };
  } catch (error) {
    fault(error);
    return { withdraw: () => {} };
  }
}
