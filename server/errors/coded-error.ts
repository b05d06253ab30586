import { errorRegistry, type ErrorCode, type ErrorEntry } from './registry.js';

export type ErrorContext = Readonly<Record<string, string | number>>;

const fill = (text: string, context: ErrorContext): string =>
  text.replace(/\{(\w+)\}/g, (whole, key: string) => (key in context ? String(context[key]) : whole));

export const describeError = (code: ErrorCode, context: ErrorContext = {}): ErrorEntry & { code: ErrorCode } => {
  const entry = errorRegistry[code];
  return { code, severity: entry.severity, message: fill(entry.message, context), advice: fill(entry.advice, context) };
};

/** A refusal or fault with a code, what happened and what to do. The CLI prints it without a stack trace. */
export class CodedError extends Error {
  readonly code: ErrorCode;
  readonly advice: string;
  readonly context: ErrorContext;
  constructor(code: ErrorCode, context: ErrorContext = {}, options?: ErrorOptions) {
    const filled = describeError(code, context);
    super(filled.message, options);
    this.name = 'CodedError';
    this.code = code;
    this.advice = filled.advice;
    this.context = context;
  }
}
