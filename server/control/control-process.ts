import { join } from 'node:path';
import { CodedError } from '../errors/coded-error.js';
import { modelsRoot, pageRoot } from '../paths.js';
import { machineClock } from '../time/clock.js';
import { openControl } from './control-server.js';
import { readControlOptions } from './options.js';

/**
 * Entry of the control process: options as JSON in the first argument or in UNDERSTUDY_CONTROL. Says one line of JSON on stdout when it
 * is ready ({"event":"ready","urls":[…],"httpPort":…,"oscPort":…}) or why it is not ({"event":"failed","code":…}); ends with code 0 on SIGTERM and
 * SIGINT, and when its parent's IPC channel closes, so that nothing is left behind.
 */
const say = (line: object): void => void process.stdout.write(JSON.stringify(line) + '\n');

try {
  const options = readControlOptions(process.argv[2] ?? process.env['UNDERSTUDY_CONTROL'], {
    pageFolder: pageRoot,
    canonicalFaceFile: join(modelsRoot, 'canonical-face.json'),
  });
  const control = await openControl(options, machineClock);
  let closing = false;
  const close = (): void => {
    if (closing) return;
    closing = true;
    void control.close().then(() => process.exit(0));
  };
  process.once('SIGTERM', close);
  // Under a supervisor the supervisor decides the order of closing.
  process.on('SIGINT', () => {
    if (!process.send) close();
  });
  process.once('disconnect', close);
  const { urls, httpPort, oscPort, oscTcpPort, oscQueryPort } = control;
  process.send?.({ type: 'ready', httpPort, oscPort });
  say({ event: 'ready', urls, httpPort, oscPort, oscTcpPort, oscQueryPort });
} catch (error) {
  const known = error instanceof CodedError;
  const message = error instanceof Error ? error.message : String(error);
  const fault = { code: known ? error.code : 'CONTROL_OPTIONS_INVALID', message, advice: known ? error.advice : '' };
  say({ event: 'failed', ...fault });
  // The supervisor says it where somebody looks; the process must not end before that is sent.
  if (process.send) process.send({ type: 'failed', ...fault }, undefined, undefined, () => process.exit(1));
  else process.exit(1);
}
