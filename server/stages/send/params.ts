import { defineParams } from '../../params/define.js';

export const sendParams = defineParams('output', 'output', {
  delayFrames: {
    kind: 'number',
    unit: 'frames',
    min: 0,
    max: 8,
    default: 0,
    step: 1,
    integer: true,
    onOutOfRange: 'clamp',
    apply: 'next-frame',
    help: 'Constant delay of picture and sound. 0 sends each frame as soon as it is ready; more rides out load without a late frame. An alarm says when it cannot be kept.',
  },
  bypass: {
    kind: 'toggle',
    default: false,
    apply: 'next-frame',
    help: 'Sends the plain camera from the very next frame, whatever else is set. Off returns to the likeness.',
  },
});
