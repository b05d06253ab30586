import { CommanderError } from 'commander';
import { CodedError } from '../errors/coded-error.js';

/** 2: the command was not carried out; what it found wrong where it was carried out is exit code 1. */
export const refusedExitCode = 2;

/** How the commander library says "nothing went wrong": --help and --version. */
const asked = new Set(['commander.help', 'commander.helpDisplayed', 'commander.version']);

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Every fault as a coded one: what was typed (commander's own), what a room refused, and what nobody expected. */
export function codedFault(error: unknown, verb: string): CodedError {
  if (error instanceof CodedError) return error;
  if (error instanceof CommanderError) {
    const reason = error.message
      .replace(/^error: /, '')
      .replace(/\s*\n\s*/g, ' ')
      .trim();
    return new CodedError('CLI_USAGE', { reason: sentence(reason), verb }, { cause: error });
  }
  return new CodedError('CLI_FAULT', { reason: reasonOf(error) }, { cause: error });
}

const sentence = (text: string): string => {
  const first = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.?!)]$/.test(first) ? first : `${first}.`;
};

/** What a person reads: code, what happened, what to do. Never a stack trace unless UNDERSTUDY_TRACE=1 asks for one. */
export function faultText(fault: CodedError): string {
  const trace =
    process.env['UNDERSTUDY_TRACE'] === '1' && fault.cause instanceof Error ? `${fault.cause.stack ?? ''}\n` : '';
  return `${fault.code}: ${fault.message}\n  ${fault.advice.replaceAll('understudy  --help', 'understudy --help')}\n${trace}`;
}

/** Exit code of an error that ended the command; prints it. */
export function reportFault(error: unknown, verb: string, write: (text: string) => void): number {
  if (error instanceof CommanderError && asked.has(error.code)) return 0;
  write(faultText(codedFault(error, verb)));
  return refusedExitCode;
}
