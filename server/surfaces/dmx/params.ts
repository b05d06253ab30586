import { defineParams } from '../../params/define.js';

export const dmxParams = defineParams('dmx', 'show', {
  input: {
    kind: 'toggle',
    default: true,
    apply: 'next-frame',
    help: 'Lets sACN and Art-Net change what the show file maps to them. Off, a desk that plays the wrong thing moves nothing here.',
  },
});
