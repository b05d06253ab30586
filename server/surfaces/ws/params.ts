import { defineParams } from '../../params/define.js';

export const previewParams = defineParams('preview', 'show', {
  maxFps: {
    kind: 'number',
    unit: 'hz',
    min: 1,
    max: 60,
    default: 25,
    step: 1,
    integer: true,
    onOutOfRange: 'clamp',
    apply: 'next-frame',
    help: 'Most preview pictures per second that a page gets of each picture. Lower frees the processor and the network; the outputs do not change.',
  },
});
