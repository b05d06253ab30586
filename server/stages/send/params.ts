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
  delayFrom: {
    kind: 'choice',
    choices: ['declared', 'measured'],
    default: 'declared',
    apply: 'next-frame',
    help: 'Who chooses the delay. declared: delayFrames as set. measured: at start, and when this is switched on, the lane measures a few seconds of likeness and sets delayFrames to the least that it can keep.',
  },
  bypass: {
    kind: 'toggle',
    default: false,
    apply: 'next-frame',
    help: 'Sends the plain camera from the very next frame, whatever else is set. Off returns to the likeness.',
  },
});
