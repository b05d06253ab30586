import { defineParams } from '../../params/define.js';

export const keyframeParams = defineParams('keyframe', 'lane', {
  intervalFrames: {
    kind: 'number',
    unit: 'frames',
    min: 1,
    max: 60,
    default: 4,
    step: 1,
    integer: true,
    onOutOfRange: 'clamp',
    apply: 'next-keyframe',
    help: 'Frames from one inference to the next. Lower follows expressions more exactly and costs more inference; higher leans on optical flow.',
  },
  crossfadeFrames: {
    kind: 'number',
    unit: 'frames',
    min: 0,
    max: 30,
    default: 3,
    step: 1,
    integer: true,
    onOutOfRange: 'clamp',
    apply: 'next-keyframe',
    help: 'Frames over which a new keyframe replaces what was shown. 0 switches at once and can pop; more hides the correction but delays it.',
  },
});
