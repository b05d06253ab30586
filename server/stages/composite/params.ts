import { defineParams, share01 } from '../../params/define.js';

export const likenessParams = defineParams('likeness', 'lane', {
  mix01: share01(
    1,
    "How much of the likeness covers the performer's own face. 1 is the likeness alone; below that the performer shows through. The label stays.",
  ),
  id: {
    kind: 'text',
    maxLength: 64,
    default: '',
    apply: 'next-keyframe',
    help: 'Id of the likeness package that this camera shows on its performer. Empty: the cast list decides. Refused where consent is not valid.',
  },
  engine: {
    kind: 'choice',
    choices: ['show', 'mesh'],
    default: 'show',
    apply: 'next-frame',
    help: 'What draws the likeness: the engine that the show names for it, or always the mesh. The mesh also stands in while an engine loads or stays away.',
  },
  switchFrames: {
    kind: 'number',
    unit: 'frames',
    min: 0,
    max: 50,
    default: 6,
    step: 1,
    integer: true,
    onOutOfRange: 'clamp',
    apply: 'next-frame',
    help: 'Frames over which one likeness or engine gives way to another inside a take. 0 switches at once, between two frames.',
  },
});

/** Weights that a production brings; of no effect on the mesh engine. */
export const neuralParams = defineParams('neural', 'lane', {
  weight01: share01(
    0.5,
    "How strongly a face swapper pulls towards the likeness. 0.5 is as its photos say, 1 exaggerates, 0 leans back to the performer's own face.",
    'next-keyframe',
  ),
  morph01: share01(
    1,
    'The morph of a DFM model that has one: from what is nearest the performer to what is nearest the likeness.',
    'next-keyframe',
  ),
  enhance01: share01(
    0.8,
    'How much of the face restorer is shown, where the show names one. 0 leaves it out and saves its time; 1 can look too smooth.',
    'next-keyframe',
  ),
  maxAgeFrames: {
    kind: 'number',
    unit: 'frames',
    min: 2,
    max: 500,
    default: 50,
    step: 1,
    integer: true,
    onOutOfRange: 'clamp',
    apply: 'next-frame',
    help: 'A neural face older than this gives way to the mesh engine until a new one comes. Longer rides out a slow machine, too long and the expression lags.',
  },
});

/** How the likeness is laid on; a group of its own, so that a cue can hold it as one look. */
export const lookParams = defineParams('look', 'lane', {
  shape01: share01(
    1,
    "How much of the likeness's bone structure is carried over. 0 keeps the performer's own proportions under the other skin.",
  ),
  light01: share01(1, "How much of the stage's light falls on the likeness. 0 shows it as it was photographed."),
  tone01: share01(
    0,
    "How far the likeness's skin takes on the performer's own tone. 0 keeps its own; more helps where the photos were taken in other light.",
  ),
  veil01: share01(
    1,
    "How far the performer's own skin beside the drawn face, ears and neck, takes on the likeness's tone. 0 leaves it as it is, and the face may stand off.",
  ),
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
  texture01: share01(
    1,
    "How much of the likeness's pores, lines and stubble is shown. 0 is smooth skin, 1 as it was photographed. A change is whole after a second.",
  ),
  age01: share01(
    0,
    'Ages the likeness: deepens its lines and dulls its skin. 0 leaves it as it was photographed. A change is whole after a second.',
  ),
  grain01: share01(
    1,
    "How much of the camera's focus and grain, read from the performer's face, is put on the likeness. 0 keeps it sharp and clean.",
  ),
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
  wipe01: share01(
    0.5,
    'Where the wipe edge stands, from the left. Left of it the plain camera shows, right of it the likeness. Only in mode "wipe".',
  ),
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
