import type {
  ApplyAt,
  NumberDescriptor,
  ParamDescriptor,
  ParamScope,
  Unit,
} from '../../server/protocol/descriptors.js';

/** Parameters of every kind and unit, named and scoped like the product's, for looking at the page without a server. */
function number(
  key: string,
  scope: ParamScope,
  unit: Unit,
  range: readonly [min: number, max: number, step: number, initial: number],
  help: string,
): NumberDescriptor {
  const [min, max, step, initial] = range;
  const integer = Number.isInteger(step) && Number.isInteger(min);
  return {
    kind: 'number',
    ...names(key),
    scope,
    help,
    apply: 'next-frame',
    unit,
    min,
    max,
    step,
    default: initial,
    integer,
    onOutOfRange: key === 'output.delayFrames' ? 'refuse' : 'clamp',
  };
}

function names(key: string): { readonly key: string; readonly group: string; readonly name: string } {
  const [group = '', name = ''] = key.split('.');
  return { key, group, name };
}
function choice(
  key: string,
  scope: ParamScope,
  choices: readonly string[],
  help: string,
  apply: ApplyAt = 'next-frame',
): ParamDescriptor {
  return { kind: 'choice', ...names(key), scope, help, apply, choices, default: choices[0] ?? '' };
}
function toggle(key: string, scope: ParamScope, help: string): ParamDescriptor {
  return { kind: 'toggle', ...names(key), scope, help, apply: 'next-frame', default: false };
}
function text(key: string, scope: ParamScope, maxLength: number, initial: string, help: string): ParamDescriptor {
  return { kind: 'text', ...names(key), scope, help, apply: 'next-frame', maxLength, default: initial };
}

export const fakeDescriptors: readonly ParamDescriptor[] = [
  number(
    'smooth.amount01',
    'lane',
    'ratio01',
    [0, 1, 0.01, 0.5],
    'Steadies still faces. Too much lets fast faces lag.',
  ),
  number(
    'keyframe.intervalFrames',
    'lane',
    'frames',
    [1, 60, 1, 6],
    'A new likeness is computed every so many frames; frames between are carried by flow.',
  ),
  number(
    'keyframe.crossfadeFrames',
    'lane',
    'frames',
    [0, 30, 1, 4],
    'A late keyframe is faded in over so many frames, so that it corrects without a pop.',
  ),
  number(
    'flow.minConfidence01',
    'lane',
    'ratio01',
    [0, 1, 0.01, 0.35],
    'Below this the face asks for a keyframe at once and the fallback ladder holds the picture.',
  ),
  choice(
    'flow.preset',
    'lane',
    ['fastest', 'ultrafast', 'fast'],
    'Slower presets follow fast motion more closely.',
    'restart',
  ),
  number(
    'likeness.mix01',
    'lane',
    'ratio01',
    [0, 1, 0.01, 1],
    'How much of the likeness is laid over the performer: 0 shows the performer’s own face.',
  ),
  text('likeness.id', 'lane', 64, 'mara-71', 'The likeness shown on the cast performer of this camera.'),
  number('look.edge01', 'lane', 'ratio01', [0.01, 0.25, 0.01, 0.06], 'How softly the likeness ends at its border.'),
  choice(
    'output.mode',
    'output',
    ['likeness', 'plain', 'side-by-side', 'wipe', 'matte'],
    'What this output shows. Plain and matte carry no likeness and say so in their source name.',
  ),
  toggle(
    'output.mirror',
    'output',
    'Flips the picture left to right so that the actor can use the monitor as a mirror. The label is not flipped.',
  ),
  number(
    'fallback.maxHoldMs',
    'output',
    'ms',
    [0, 10_000, 50, 2000],
    'How long a likeness is carried without a fresh keyframe before the face is concealed.',
  ),
  choice(
    'fallback.ladder',
    'output',
    ['hold-conceal', 'hold-plain', 'conceal'],
    'What viewers see, in order, when the likeness cannot be kept.',
  ),
  choice(
    'label.corner',
    'output',
    ['auto', 'top-right', 'top-left', 'bottom-right', 'bottom-left'],
    'Where the label stands. Auto moves it out of the way of a face.',
  ),
  number(
    'output.delayFrames',
    'output',
    'frames',
    [0, 8, 1, 0],
    'Every frame leaves this many frames after it came, audio with it. 0: as soon as possible.',
  ),
  toggle('output.bypass', 'output', 'Sends the clean camera picture from the next frame on.'),
  text('show.slateLine', 'show', 60, 'Stand by', 'One line on the slate that stands in for a lost camera.'),
  number(
    'preview.gainDb',
    'show',
    'db',
    [-24, 12, 0.5, 0],
    'Brightness of the previews on this page; the outputs do not change.',
  ),
];
