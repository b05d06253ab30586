import { createSocket } from 'node:dgram';
import { Argument, type Command } from 'commander';
import { CodedError } from '../errors/coded-error.js';
import { say, sayJson } from './output.js';
import { findLane } from './running-show.js';

/** UDP says nothing back; where no process has the port, the system does within a moment. */
const refusalWaitMs = 100;

/** Sends the words to a lane's own bypass door, past the control process. Throws BYPASS_NOT_HEARD. */
export function knock(port: number, words: string, lane: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = createSocket('udp4');
    let timer: NodeJS.Timeout | null = null;
    const end = (error: Error | null): void => {
      if (timer !== null) clearTimeout(timer);
      socket.close();
      if (error === null) resolve();
      else reject(new CodedError('BYPASS_NOT_HEARD', { lane, port }, { cause: error }));
    };
    socket.once('error', end);
    socket.connect(port, '127.0.0.1', () => {
      socket.send(words, (error) => {
        if (error) end(error);
        else timer = setTimeout(end, refusalWaitMs, null);
      });
    });
  });
}

interface Flags {
  readonly state?: string;
  readonly json?: boolean;
}

async function bypass(target: string, state: string, flags: Flags): Promise<void> {
  const isPort = /^\d+$/.test(target);
  if (isPort && !(Number(target) >= 1 && Number(target) <= 65535)) {
    throw new CodedError('CLI_USAGE', { reason: `${target} is not a UDP port.`, verb: 'bypass' });
  }
  const lane = isPort ? null : findLane(target, flags.state);
  const port = lane?.bypassPort ?? Number(target);
  await knock(port, `bypass ${state}`, target);
  if (flags.json === true)
    sayJson({ lane: lane?.laneId ?? null, outputName: lane?.outputName ?? null, port, bypass: state === 'on' });
  else say(`${lane === null ? `Port ${port}` : `${lane.laneId} (${lane.outputName})`}: bypass ${state}`);
}

export function register(program: Command): void {
  program
    .command('bypass')
    .description("switch a lane's bypass through its own door, which works with the control process dead")
    .argument('<lane>', 'id of a camera in the show ("cam-a"), or the UDP port of its bypass door')
    .addArgument(new Argument('<state>', 'what the lane does from its next picture').choices(['on', 'off']))
    .option('--state <folder>', 'state folder of the show, where it is not the usual one')
    .option('--json', 'print one JSON document')
    .action(bypass);
}
