/** Ids are part of OSC addresses and file names. */
export const idPattern = '^[a-z0-9][a-z0-9-]{0,31}$';
