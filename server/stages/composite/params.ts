import { defineParams } from '../../params/define.js';

export const likenessParams = defineParams('likeness', 'lane', {
  mix01: {
    kind: 'number',
    unit: 'ratio01',
    min: 0,
    max: 1,
    default: 1,
    step: 0.01,
    onOutOfRange: 'clamp',
    apply: 'next-frame',
    help: "How much of the likeness covers the performer's own face. 1 is the likeness alone; below that the performer shows through. The label stays.",
  },
  id: {
    kind: 'text',
    maxLength: 64,
    default: '',
    apply: 'next-keyframe',
    help: 'Id of the likeness package that this camera shows on its performer. Empty: the cast list decides. Refused where consent is not valid.',
  },
});

/** How the likeness is laid on; a group of its own, so that a cue can hold it as one look. */
export const lookParams = defineParams('look', 'lane', {
  shape01: {
    kind: 'number',
    unit: 'ratio01',
    min: 0,
    max: 1,
    default: 1,
    step: 0.01,
    onOutOfRange: 'clamp',
    apply: 'next-frame',
    help: "How much of the likeness's bone structure is carried over. 0 keeps the performer's own proportions under the other skin.",
  },
  light01: {
    kind: 'number',
    unit: 'ratio01',
    min: 0,
    max: 1,
    default: 1,
    step: 0.01,
    onOutOfRange: 'clamp',
    apply: 'next-frame',
    help: "How much of the stage's light falls on the likeness. 0 shows it as it was photographed.",
  },
  edge01: {
    kind: 'number',
    unit: 'ratio01',
    min: 0.01,
    max: 0.4,
    default: 0.06,
    step: 0.01,
    onOutOfRange: 'clamp',
    apply: 'next-frame',
    help: "Width of the soft edge between likeness and performer, as a share of the face's width. Wider hides a seam, narrower keeps more of the likeness.",
  },
});

export const outputParams = defineParams('output', 'output', {
  mode: {
    kind: 'choice',
    choices: ['likeness', 'plain', 'side-by-side', 'wipe', 'matte'],
    default: 'likeness',
    apply: 'next-frame',
    help: 'What the monitor shows: the likeness, the plain camera, both beside each other, both with a wipe, or the face matte. A plain or matte picture is marked as such.',
  },
  mirror: {
    kind: 'toggle',
    default: false,
    apply: 'next-frame',
    help: 'Flips the picture left to right, so that the actor can use the monitor as a mirror. The label stays readable.',
  },
  wipe01: {
    kind: 'number',
    unit: 'ratio01',
    min: 0,
    max: 1,
    default: 0.5,
    step: 0.01,
    onOutOfRange: 'clamp',
    apply: 'next-frame',
    help: 'Where the wipe edge stands, from the left. Left of it the plain camera shows, right of it the likeness. Only in mode "wipe".',
  },
});

export const fallbackParams = defineParams('fallback', 'output', {
  maxHoldMs: {
    kind: 'number',
    unit: 'ms',
    min: 0,
    max: 10_000,
    default: 2000,
    step: 50,
    onOutOfRange: 'clamp',
    apply: 'next-frame',
    help: 'How long the last good likeness is carried on a lost face before the ladder takes its next step. Longer rides out an occlusion; too long looks frozen.',
  },
  ladder: {
    kind: 'choice',
    choices: ['hold-conceal', 'hold-plain', 'conceal'],
    default: 'hold-conceal',
    apply: 'next-frame',
    help: "What a lost face shows: the held likeness then a softened face, the held likeness then the performer's own face, or the softened face at once.",
  },
  unacquired: {
    kind: 'choice',
    choices: ['conceal', 'plain'],
    default: 'conceal',
    apply: 'next-frame',
    help: 'What a face shows between entering the picture and being recognised. "plain" lets the performer\'s own face be seen for those frames.',
  },
});
