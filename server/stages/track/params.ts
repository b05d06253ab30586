import { defineParams, share01 } from '../../params/define.js';

export const smoothParams = defineParams('smooth', 'lane', {
  amount01: share01(
    0.5,
    'How still the likeness sits on a still face, for keyframes and smooth.filter alike. Higher removes jitter; too high lags behind a fast turn.',
  ),
  filter: {
    kind: 'choice',
    choices: ['one-euro', 'kalman', 'off'],
    default: 'one-euro',
    apply: 'next-frame',
    help: 'How what trembles in the landmarks is taken out, by smooth.amount01. one-euro: stillest on a still face. kalman: leads a steady turn better. off: only keyframes are smoothed.',
  },
  lookAhead: {
    kind: 'toggle',
    default: true,
    apply: 'next-frame',
    help: 'With a declared delay of two frames or more each picture is drawn when the next one is known: late corrections and people who come in are seen one picture sooner. Changes no delay.',
  },
  median: {
    kind: 'toggle',
    default: false,
    apply: 'next-frame',
    help: 'Each landmark is the median of three pictures: a point that jumps for one picture alone stays put. Works with look-ahead only, since it must know the next picture.',
  },
});
