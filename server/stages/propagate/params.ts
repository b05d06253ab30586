import { defineParams, share01 } from '../../params/define.js';

export const flowParams = defineParams('flow', 'lane', {
  minConfidence01: share01(
    0.35,
    'Below this confidence of the optical flow a face asks for a keyframe at once and the fallback ladder holds it meanwhile. Higher is stricter: fewer wrong pixels, more holds.',
  ),
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
