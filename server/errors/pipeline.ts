import type { ErrorEntry } from './registry.js';

export const pipelineErrors = {
  MONITOR_LUT_NOT_LOADED: {
    severity: 'alarm',
    message: 'The colour table {file} cannot be used: {reason}. Its monitor shows the picture without it.',
    advice:
      "Export the table again as .cube with 2 to 65 points a side, and restart the camera's lane by saving the show file.",
  },
  LIKENESS_NOT_LOADED: {
    severity: 'alarm',
    message: 'The likeness or performer "{likeness}" could not be loaded: {reason}',
    advice: 'Build it again with "npx understudy likeness build". Faces it was meant for stay concealed.',
  },
  LANE_STAGE_FAULT: {
    severity: 'alarm',
    message: 'A stage of the frame path failed and was started over: {reason}',
    advice: 'The picture went on, concealed. If it comes again, make an archive with "npx understudy support".',
  },
  INFERENCE_DOWN: {
    severity: 'alarm',
    message: 'The inference process is not answering.',
    advice: 'It restarts by itself; the likeness is held meanwhile, then the fallback ladder applies.',
  },
  LANE_DOWN: {
    severity: 'alarm',
    message: 'The lane "{lane}" stopped ({reason}).',
    advice: 'It restarts by itself; receivers show the failover source meanwhile.',
  },
  DELAY_NOT_KEPT: {
    severity: 'alarm',
    message: 'The declared delay of {frames} frames cannot be kept: {late} frames were late.',
    advice: 'Raise the output delay, lower the preview rate, or lengthen the keyframe interval.',
  },
  LANE_OVERLOADED: {
    severity: 'warning',
    message:
      'The machine is too busy for the lane "{lane}": previews and keyframes come more seldom (level {level} of 3).',
    advice:
      'The output keeps its rate. Close other programs, lengthen the keyframe interval, or declare a longer delay.',
  },
  BYPASS_DOOR_CLOSED: {
    severity: 'alarm',
    message: 'The bypass door on UDP port {port} could not be opened: {reason}',
    advice: 'Give another bypass port in the show file. Bypass through the page and OSC still works.',
  },
} satisfies Record<string, ErrorEntry>;
