import { defineParams } from '../params/define.js';

/** Each multiview output has these in its own scope, output/<id>; no other output does. */
export const multiviewParams = defineParams('multiview', 'output', {
  shows: {
    kind: 'choice',
    choices: ['outputs', 'cameras', 'both'],
    default: 'outputs',
    apply: 'next-frame',
    help: 'What the tiles of this multiview show: what each camera sends, the plain cameras, or both in turn. A multiview of plain cameras is named and marked as plain.',
  },
  timecode: {
    kind: 'toggle',
    default: true,
    apply: 'next-frame',
    help: "Writes each picture's own timecode under its tile.",
  },
  delay: {
    kind: 'toggle',
    default: false,
    apply: 'next-frame',
    help: 'Writes the delay of each camera under its tile: frames as declared, milliseconds as measured from capture to send.',
  },
  slate: {
    kind: 'toggle',
    default: false,
    apply: 'next-frame',
    help: 'Writes scene and take above the tiles.',
  },
  cue: {
    kind: 'toggle',
    default: false,
    apply: 'next-frame',
    help: 'Writes number and name of the cue that ran last above the tiles.',
  },
});
