import { CodedError, type ErrorContext } from '../errors/coded-error.js';
import type { ndiErrors } from '../errors/ndi.js';

/** The coded error of one of this door's own faults. */
export const ndiFault = (
  code: keyof typeof ndiErrors | 'NDI_LIBRARY_MISSING',
  context: ErrorContext = {},
  options?: ErrorOptions,
): CodedError => new CodedError(code, context, options);
