import fc from 'fast-check';

/**
 * CI tries the same cases every time, so that what lands is no matter of luck; anywhere else each run tries new ones. A failure prints
 * its seed and path either way.
 */
if (process.env['CI'] !== undefined) fc.configureGlobal({ seed: 20_261_123 });
