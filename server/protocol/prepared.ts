/** Files of one performer as they were made for this machine. */
export interface PerformerFiles {
  readonly performerId: string;
  readonly identityFile: string;
  readonly bakeFile: string;
}
/** What could not be made ready, and why: code, text and advice of the error registry. */
export interface PrepareFault {
  /** Performer or package. */
  readonly what: string;
  readonly code: string;
  readonly message: string;
  readonly advice: string;
}
