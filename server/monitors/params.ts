import { defineParams, share01 } from '../params/define.js';

/** What a monitor output may show. 'pair' sends two outputs: the likeness, and beside it the camera's own picture. */
export const monitorKinds = [
  'programme',
  'pair',
  'wipe',
  'side-by-side',
  'difference',
  'matte',
  'key',
  'fill',
  'confidence',
  'plain',
] as const;
export type MonitorKind = (typeof monitorKinds)[number];

/** Each monitor output has these in its own scope, output/<id of the output>; a camera's programme does not. */
export const monitorParams = defineParams('monitor', 'output', {
  mode: {
    kind: 'choice',
    choices: monitorKinds,
    default: 'programme',
    apply: 'next-frame',
    help: 'What this monitor shows. pair sends the plain camera as a second output; difference, matte, key, fill and confidence are for looking into the picture. A plain or matte picture is named and marked as such.',
  },
  wipe01: share01(
    0.5,
    'Where the wipe edge of this monitor stands, from the left. Left of it the plain camera shows, right of it the likeness.',
  ),
  gain: {
    kind: 'number',
    unit: 'none',
    min: 1,
    max: 16,
    default: 4,
    step: 1,
    integer: true,
    onOutOfRange: 'clamp',
    apply: 'next-frame',
    help: 'How many times a difference is shown. 1 is the difference itself, 16 makes the last bit visible.',
  },
  lut: {
    kind: 'toggle',
    default: true,
    apply: 'next-frame',
    help: 'Shows this monitor through the colour table that the show file names for it. Without one it does nothing. The programme is never changed.',
  },
  timecode: {
    kind: 'toggle',
    default: false,
    apply: 'next-frame',
    help: "Burns the camera's timecode into this monitor's picture.",
  },
  slate: {
    kind: 'toggle',
    default: false,
    apply: 'next-frame',
    help: "Burns scene and take into this monitor's picture.",
  },
  delay: {
    kind: 'toggle',
    default: false,
    apply: 'next-frame',
    help: "Burns the delay into this monitor's picture: frames as declared, milliseconds as measured from capture.",
  },
  cue: {
    kind: 'toggle',
    default: false,
    apply: 'next-frame',
    help: "Burns number and name of the cue that ran last into this monitor's picture.",
  },
});

/** What is on the slate: of the whole show, for burn-ins. */
export const slateParams = defineParams('slate', 'show', {
  scene: {
    kind: 'text',
    maxLength: 24,
    default: '',
    apply: 'next-frame',
    help: 'Scene and slate as the clapper says them, such as 12A. Burnt into monitors that ask for it.',
  },
  take: {
    kind: 'number',
    unit: 'none',
    min: 0,
    max: 999,
    default: 0,
    step: 1,
    integer: true,
    onOutOfRange: 'clamp',
    apply: 'next-frame',
    help: 'Number of the take, burnt in behind the scene. 0 leaves it out.',
  },
});
