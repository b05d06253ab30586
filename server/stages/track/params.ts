import { defineParams } from '../../params/define.js';

export const smoothParams = defineParams('smooth', 'lane', {
  amount01: {
    kind: 'number',
    unit: 'ratio01',
    min: 0,
    max: 1,
    default: 0.5,
    step: 0.01,
    onOutOfRange: 'clamp',
    apply: 'next-frame',
    help: 'How still the likeness sits on a still face. Higher removes jitter; too high lags behind a fast turn.',
  },
});
