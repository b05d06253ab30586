import { defineParams } from '../../params/define.js';

/** Where the label stands, never whether: there is no parameter that turns it off, and a test asserts it. */
export const labelParams = defineParams('label', 'output', {
  corner: {
    kind: 'choice',
    choices: ['auto', 'top-right', 'top-left', 'bottom-right', 'bottom-left'],
    default: 'auto',
    apply: 'next-frame',
    help: 'Corner of the visible AI label. "auto" prefers top-right and moves away from a face without flicker; a named corner stays there unless it would cover a face.',
  },
});
