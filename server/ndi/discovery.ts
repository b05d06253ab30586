import { platform } from 'node:process';
import koffi from 'koffi';

export interface DiscoveryMode {
  /** 'mdns': every source of the network is announced. 'asked': only machines that are asked by address answer. */
  readonly mode: 'mdns' | 'discovery-server' | 'asked';
  /** One sentence for `doctor`. */
  readonly detail: string;
}

/** Of avahi-common/error.h. */
const noDaemon = -26;

/** Asks libavahi, exactly as libndi does, whether a daemon answers; its error code, or null without the library. */
function avahiError(): number | null {
  try {
    const common = koffi.load('libavahi-common.so.3');
    const client = koffi.load('libavahi-client.so.3');
    const pollNew = common.func('avahi_simple_poll_new', 'void*', []);
    const pollGet = common.func('avahi_simple_poll_get', 'void*', ['void*']);
    const pollFree = common.func('avahi_simple_poll_free', 'void', ['void*']);
    const clientNew = client.func('avahi_client_new', 'void*', ['void*', 'int', 'void*', 'void*', 'void*']);
    const clientFree = client.func('avahi_client_free', 'void', ['void*']);
    const poll: unknown = pollNew();
    const error = new Int32Array(1);
    const made: unknown = clientNew(pollGet(poll), 0, null, null, error);
    if (made !== null) clientFree(made);
    pollFree(poll);
    return made === null ? error[0]! : 0;
  } catch {
    return null;
  }
}

/** Which way of finding sources is in force on this machine. Takes a few milliseconds; not for the frame path. */
export function discoveryMode(discoveryServers: readonly string[] = []): DiscoveryMode {
  if (discoveryServers.length > 0) {
    return { mode: 'discovery-server', detail: `Sources are looked up at ${discoveryServers.join(', ')}.` };
  }
  if (platform !== 'linux') return { mode: 'mdns', detail: 'mDNS is part of this operating system.' };
  const error = avahiError();
  if (error === 0) return { mode: 'mdns', detail: 'mDNS is in force: avahi-daemon answers.' };
  const why =
    error === null
      ? 'libavahi is not installed'
      : error === noDaemon
        ? 'avahi-daemon is not running'
        : `avahi-daemon cannot be reached (error ${error})`;
  return {
    mode: 'asked',
    detail:
      `There is no mDNS (${why}). Only machines that are asked by address are found, and of several NDI programs on one ` +
      'machine one at a time. On Debian: apt-get install avahi-daemon.',
  };
}
