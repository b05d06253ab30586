import type { ErrorEntry } from './registry.js';

/** Faults of the NDI door itself. What happens to a camera on air (absent, lost, back) is in the registry's first table. */
export const ndiErrors = {
  NDI_LIBRARY_DEPENDENCY: {
    severity: 'alarm',
    message: 'libndi was found at {path} but cannot start: the system library {library} is missing.',
    advice: 'Install it. On Debian or Ubuntu: apt-get install libavahi-client3 libavahi-common3. No daemon is needed.',
  },
  NDI_LIBRARY_REFUSED: {
    severity: 'alarm',
    message: 'libndi at {path} did not start on this machine.',
    advice:
      'NDI needs a processor with SSSE3 (x86) or NEON (ARM). Run "npx understudy doctor" and use another machine.',
  },
  NDI_CONFIG_LATE: {
    severity: 'alarm',
    message: 'The network settings of NDI were changed after libndi had started; they need a restart.',
    advice: 'Restart this process: libndi reads its settings once, when it starts.',
  },
  NDI_CREATE_FAILED: {
    severity: 'alarm',
    message: 'libndi refused to create the {what} "{name}".',
    advice: 'Check that the name is not empty and not in use on this machine, then try again.',
  },
  NDI_FRAME_STALE: {
    severity: 'alarm',
    message: 'An NDI {kind} frame was used after it had been sent or released.',
    advice: 'This is a fault of the server: send the archive of "npx understudy support" to its makers.',
  },
  NDI_CAPTURE_BUSY: {
    severity: 'alarm',
    message: 'A second capture was started on the receiver "{name}" before the first returned.',
    advice: 'This is a fault of the server: send the archive of "npx understudy support" to its makers.',
  },
  NDI_CLOSED: {
    severity: 'alarm',
    message: 'The NDI {what} "{name}" was used after it had been closed.',
    advice: 'This is a fault of the server: send the archive of "npx understudy support" to its makers.',
  },
} satisfies Record<string, ErrorEntry>;
