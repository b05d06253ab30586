import type { LadderStep } from '../../server/protocol/messages.js';

/** What the operator reads beside the picture. Colour is never the only sign: the word says it. */
export const ladderWords: Record<LadderStep, { readonly word: string; readonly meaning: string }> = {
  likeness: { word: 'Likeness', meaning: 'Fresh likeness on the performer' },
  hold: { word: 'Hold', meaning: 'Last likeness carried by flow' },
  conceal: { word: 'Conceal', meaning: 'Face softened beyond recognition' },
  plain: { word: 'Plain', meaning: 'Performer’s own face is visible' },
  slate: { word: 'Slate', meaning: 'No camera: slate on the output' },
  idle: { word: 'Idle', meaning: 'No cast performer in the picture' },
  bypass: { word: 'Bypass', meaning: 'Clean camera picture on the output' },
  unacquired: { word: 'Acquiring', meaning: 'Performer not recognised yet' },
};
