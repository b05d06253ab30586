import { defineParams } from '../../params/define.js';

export const flowParams = defineParams('flow', 'lane', {
  minConfidence01: {
    kind: 'number',
    unit: 'ratio01',
    min: 0,
    max: 1,
    default: 0.35,
    step: 0.01,
    onOutOfRange: 'clamp',
    apply: 'next-frame',
    help: 'Below this confidence of the optical flow a face asks for a keyframe at once and the fallback ladder holds it meanwhile. Higher is stricter: fewer wrong pixels, more holds.',
  },
  engine: {
    kind: 'choice',
    choices: ['dis', 'raft'],
    default: 'dis',
    apply: 'next-keyframe',
    help: '"raft" has a network that a production brings correct what the built-in flow carried, whenever its answer is there; the built-in flow carries every picture either way.',
  },
  preset: {
    kind: 'choice',
    choices: ['fastest', 'ultrafast', 'fast'],
    default: 'fast',
    apply: 'next-frame',
    help: 'Precision of the optical flow. "fast" keeps fine detail attached in quick motion; "fastest" frees the processor and lets detail swim a little.',
  },
});
