import { buildProgram, verbOf } from './cli/program.js';
import { reportFault } from './cli/fault.js';

/** The command line: `node build/server/main.js <verb> …`. Exit codes: 0 done, 1 done and something is wrong, 2 refused. */
async function main(words: readonly string[]): Promise<void> {
  const program = await buildProgram(words[0]);
  try {
    await program.parseAsync([...words], { from: 'user' });
  } catch (error) {
    process.exitCode = reportFault(error, verbOf(program, words), (text) => process.stderr.write(text));
  }
}

// A reader that has seen enough (`understudy sources | head -1`) is no fault.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});
await main(process.argv.slice(2));
