import { defineParams } from '../../params/define.js';

export const oscQueryParams = defineParams('oscquery', 'show', {
  zeroconf: {
    kind: 'toggle',
    default: false,
    apply: 'next-frame',
    help: 'Announces OSC and OSCQuery on the network by mDNS, so that clients find this show by themselves. Off, they are given its address.',
  },
});
