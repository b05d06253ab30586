import { cliErrors } from './cli.js';
import { consoleErrors } from './consoles.js';
import { controlErrors } from './control.js';
import { likenessErrors } from './likeness.js';
import { modelErrors } from './models.js';
import { ndiErrors } from './ndi.js';
import { neuralErrors } from './neural.js';
import { pipelineErrors } from './pipeline.js';
import { paramsErrors } from './params.js';
import { showErrors } from './show.js';
import { trustErrors } from './trust.js';

/**
 * Every fault an operator can meet: code, severity, what happened, what to do. Codes never change meaning; docs/generated/errors.md
 * and the page's texts come from this table. `{name}` in a text is filled from the error's context.
 */
export type Severity = 'info' | 'warning' | 'alarm';

export interface ErrorEntry {
  readonly severity: Severity;
  readonly message: string;
  /** What the operator should do, in the imperative. */
  readonly advice: string;
}

const cameraErrors = {
  NDI_LIBRARY_MISSING: {
    severity: 'alarm',
    message: 'libndi could not be loaded: {reason}',
    advice: 'Run "npx understudy doctor". On Debian: apt-get install libavahi-client3 libavahi-common3.',
  },
  NDI_SOURCE_ABSENT: {
    severity: 'alarm',
    message: 'The camera "{source}" is not on the network.',
    advice:
      'Check the camera and its NDI name ("npx understudy sources" lists what is seen). The output shows the slate meanwhile.',
  },
  NDI_SOURCE_LOST: {
    severity: 'alarm',
    message: 'The camera "{source}" stopped sending.',
    advice:
      'Check the camera and its cable. The slate runs with its last rate and timecode; the picture returns by itself.',
  },
  NDI_SOURCE_BACK: { severity: 'info', message: 'The camera "{source}" is back.', advice: 'Nothing to do.' },
  NDI_SOURCE_CHANGED: {
    severity: 'info',
    message: 'The camera "{source}" changed from {before} to {after}.',
    advice: 'Nothing to do; the output follows.',
  },
  NDI_SOURCE_AMBIGUOUS: {
    severity: 'warning',
    message: 'Two sources are called "{source}".',
    advice: 'Give the source by its address (url) in the show file.',
  },
  NDI_FORMAT_UNSUPPORTED: {
    severity: 'alarm',
    message: 'The camera "{source}" sends a picture format that is not supported ({format}).',
    advice: 'Set the camera to UYVY, BGRA, RGBA or P216. The output follows the fallback ladder meanwhile.',
  },
} satisfies Record<string, ErrorEntry>;

/** One table per room; docs/generated/errors.md is the whole of it. */
const entries = {
  ...cameraErrors,
  ...cliErrors,
  ...modelErrors,
  ...ndiErrors,
  ...neuralErrors,
  ...pipelineErrors,
  ...paramsErrors,
  ...controlErrors,
  ...consoleErrors,
  ...showErrors,
  ...trustErrors,
  ...likenessErrors,
} satisfies Record<string, ErrorEntry>;

export const errorRegistry: Readonly<Record<ErrorCode, ErrorEntry>> = entries;
export type ErrorCode = keyof typeof entries;
