import type { NumberDescriptor, ParamDescriptor, ParamScope, Unit } from '../../server/protocol/descriptors.js';

/** Parameters of every kind and unit, named like the product's, for looking at the page without a server. */
function number(key: string, scope: ParamScope, unit: Unit, range: readonly [min: number, max: number, step: number, initial: number], help: string): NumberDescriptor {
  const [min, max, step, initial] = range;
  const [group = '', name = ''] = key.split('.');
  const integer = Number.isInteger(step) && Number.isInteger(min);
  return { kind: 'number', key, group, name, scope, help, apply: 'next-frame', unit, min, max, step, default: initial, integer, onOutOfRange: key === 'output.delayFrames' ? 'refuse' : 'clamp' };
}

export const fakeDescriptors: readonly ParamDescriptor[] = [
  { kind: 'toggle', key: 'output.bypass', group: 'output', name: 'bypass', scope: 'output', help: 'Sends the clean camera picture from the next frame on.', apply: 'next-frame', default: false },
  { kind: 'choice', key: 'output.mode', group: 'output', name: 'mode', scope: 'output', help: 'What this output shows. Plain and matte carry no likeness and say so in their source name.', apply: 'next-frame', choices: ['likeness', 'plain', 'side-by-side', 'wipe', 'matte'], default: 'likeness' },
  { kind: 'toggle', key: 'output.mirror', group: 'output', name: 'mirror', scope: 'output', help: 'Flips the picture left to right so that the actor can use the monitor as a mirror. The label is not flipped.', apply: 'next-frame', default: false },
  number('output.delayFrames', 'output', 'frames', [0, 12, 1, 0], 'Every frame leaves this many frames after it came, audio with it. 0: as soon as possible.'),
  number('likeness.mix01', 'output', 'ratio01', [0, 1, 0.01, 1], 'How much of the likeness is laid over the performer: 0 shows the performer’s own face.'),
  number('keyframe.intervalFrames', 'lane', 'frames', [1, 30, 1, 6], 'A new likeness is computed every so many frames; frames between are carried by flow.'),
  number('keyframe.crossfadeFrames', 'lane', 'frames', [0, 12, 1, 3], 'A late keyframe is faded in over so many frames, so that it corrects without a pop.'),
  number('flow.minConfidence01', 'lane', 'ratio01', [0, 1, 0.01, 0.35], 'Below this the face asks for a keyframe at once and the fallback ladder holds the picture.'),
  { kind: 'choice', key: 'flow.engine', group: 'flow', name: 'engine', scope: 'lane', help: 'DIS runs on any processor; RAFT needs a model and more time.', apply: 'restart', choices: ['dis', 'raft'], default: 'dis' },
  number('smooth.amount01', 'lane', 'ratio01', [0, 1, 0.01, 0.5], 'Steadies still faces. Too much lets fast faces lag.'),
  number('fallback.maxHoldMs', 'lane', 'ms', [0, 5000, 50, 800], 'How long a likeness is carried without a fresh keyframe before the face is concealed.'),
  { kind: 'choice', key: 'fallback.unacquired', group: 'fallback', name: 'unacquired', scope: 'lane', help: 'What a cast performer shows before being recognised.', apply: 'next-frame', choices: ['conceal', 'plain'], default: 'conceal' },
  { kind: 'text', key: 'show.slateLine', group: 'show', name: 'slateLine', scope: 'show', help: 'One line on the slate that stands in for a lost camera.', apply: 'next-frame', maxLength: 60, default: 'Stand by' },
  number('show.gainDb', 'show', 'db', [-24, 12, 0.5, 0], 'Exposure trim of previews on this page only.'),
];
