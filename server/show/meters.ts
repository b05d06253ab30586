import { defineMeters, type MeterGroup } from '../params/actions.js';

/** What consoles, Stream Decks and the page are told about the show and each camera; server/control fills them. */
export const showMeters: readonly MeterGroup[] = [
  defineMeters('cueState', 'show', {
    current: { holds: 'text', help: 'Number of the cue that ran last; empty before the first.' },
    currentName: { holds: 'text', help: 'Name of the cue that ran last; empty before the first.' },
    next: { holds: 'text', help: 'Number of the cue that go will run; empty at the end of the list.' },
    nextName: { holds: 'text', help: 'Name of the cue that go will run; empty at the end of the list.' },
    progress01: { holds: 'number', unit: 'ratio01', help: 'How far the running fade is; 1 when none runs.' },
    remainingMs: { holds: 'number', unit: 'ms', help: 'Time left of the running fade, to a tenth of a second.' },
    followInMs: { holds: 'number', unit: 'ms', help: 'Time until the next cue follows by itself; 0 when none waits.' },
  }),
  defineMeters('editState', 'show', {
    undo: { holds: 'text', help: 'What undo would take back; empty when there is nothing.' },
    redo: { holds: 'text', help: 'What redo would do again; empty when there is nothing.' },
    lockHolder: { holds: 'text', help: 'Who holds the operator lock; empty when nobody does.' },
    version: { holds: 'number', help: 'Number of the newest saved version; 0 before the first.' },
  }),
  defineMeters('meter', 'lane', {
    onProgram: { holds: 'toggle', help: 'Tally: a receiver of this camera shows its output on programme.' },
    onPreview: { holds: 'toggle', help: 'Tally: a receiver of this camera shows its output on preview.' },
    receiving: { holds: 'toggle', help: 'Pictures arrive from this camera; off while it is absent or lost.' },
    step: {
      holds: 'text',
      help: 'What the face region shows now: likeness, hold, conceal, plain, slate, idle, bypass, unacquired.',
    },
    likenessId: { holds: 'text', help: 'Id of the likeness that this camera shows; empty for none.' },
    receivers: { holds: 'number', help: 'How many NDI receivers are connected to the output of this camera.' },
    droppedFrames: {
      holds: 'number',
      unit: 'frames',
      help: 'Frames of this camera that were dropped since its lane started.',
    },
    captureToSendMs: {
      holds: 'number',
      unit: 'ms',
      help: 'Median time from capture to hand-over of a frame, to a tenth of a millisecond.',
    },
  }),
];
