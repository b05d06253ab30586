import type { Command } from 'commander';
import { CodedError } from '../errors/coded-error.js';
import type { NdiReceiver, NdiSource } from '../ndi/port.js';
import { machineClock } from '../time/clock.js';
import { interruptible } from './interrupt.js';
import { findNamed, receiveFrom } from './ndi/connect.js';
import { FrameWatch, type WatchReport } from './ndi/frame-watch.js';
import { openNetwork, withNetworkFlags, type NetworkFlags } from './ndi/network.js';
import { say, sayJson } from './output.js';
import { seconds, whole } from './parse.js';

interface Flags extends NetworkFlags {
  readonly seconds?: number;
  readonly frames?: number;
  readonly json?: boolean;
}

export function lineOf(report: WatchReport, connections: number): string {
  const { delayMs, mark, plate } = report;
  const kind = mark === null ? 'no mark' : `${mark.kind}${mark.step === null ? '' : `/${mark.step}`}`;
  const label = plate === null ? 'no label in the picture' : `label ${plate.corner} ${plate.contrast}:1`;
  const faults = [
    ['lost', report.framesLost],
    ['out of order', report.framesOutOfOrder],
    ['repeated', report.framesRepeated],
    ['black', report.framesBlack],
    ['unlabelled', report.framesUnlabelled],
  ].map(([name, count]) => `${name} ${count}`);
  return [
    report.timecode,
    report.picture,
    `${report.fps.toFixed(2)} of ${report.declaredFps} fps`,
    delayMs === null ? 'delay unknown' : `delay ${delayMs.p50.toFixed(1)} ms (p95 ${delayMs.p95.toFixed(1)})`,
    faults.join(', '),
    kind,
    label,
    ...(connections === 0 ? ['DISCONNECTED'] : []),
  ].join('  ');
}

/** Whether a picture came. */
async function takeNext(receiver: NdiReceiver, source: NdiSource, frames: FrameWatch): Promise<boolean> {
  const got = await receiver.capture(250);
  switch (got.kind) {
    case 'video':
      frames.take(got.video, machineClock.wallClockUs());
      got.video.release();
      return true;
    case 'audio':
      got.audio.release();
      return false;
    case 'unsupported':
      throw new CodedError('NDI_FORMAT_UNSUPPORTED', { source: source.name, format: got.fourCC });
    default:
      return false;
  }
}

/** Receives until time, frames or Ctrl-C end it. Prints a line a second through `tell`. Throws CLI_SOURCE_SILENT. */
async function watch(
  receiver: NdiReceiver,
  source: NdiSource,
  flags: Flags,
  tell: (line: string) => void,
): Promise<FrameWatch> {
  const frames = new FrameWatch();
  const { signal, done } = interruptible();
  const startedAtUs = machineClock.nowUs();
  let firstAtUs: number | null = null;
  let toldAtUs = 0;
  try {
    while (!signal.aborted) {
      const took = await takeNext(receiver, source, frames);
      const nowUs = machineClock.nowUs();
      if (took && firstAtUs === null) firstAtUs = toldAtUs = nowUs;
      if (firstAtUs === null) {
        if (nowUs - startedAtUs > flags.wait * 1e6)
          throw new CodedError('CLI_SOURCE_SILENT', { source: source.name, seconds: flags.wait });
        continue;
      }
      if (nowUs - toldAtUs >= 1e6) {
        toldAtUs = nowUs;
        tell(lineOf(frames.report(), receiver.connections()));
      }
      if (frames.frames >= (flags.frames ?? Infinity) || nowUs - firstAtUs >= (flags.seconds ?? Infinity) * 1e6) break;
    }
    return frames;
  } finally {
    done();
  }
}

async function monitor(wanted: string, flags: Flags): Promise<void> {
  const network = openNetwork(flags);
  try {
    const source = await findNamed(network, wanted, flags);
    const receiver = receiveFrom(network, source);
    if (flags.json !== true)
      say(`Receiving ${source.name}${source.url === null ? '' : ` at ${source.url}`}; Ctrl-C ends.`);
    const frames = await watch(receiver, source, flags, flags.json === true ? () => {} : say);
    const report = frames.report();
    const { videoDropped } = receiver.performance();
    receiver.close();
    if (flags.json === true)
      sayJson({ source: source.name, url: source.url, ...report, framesDroppedByReceiver: videoDropped });
    else say(`\n${report.frames} pictures: ${lineOf(report, 1)}; dropped by this receiver ${videoDropped}`);
    if (report.framesBlack + report.framesUnlabelled + report.framesOutOfOrder > 0) process.exitCode = 1;
  } finally {
    network.close();
  }
}

export function register(program: Command): void {
  const command = program
    .command('monitor <source>')
    .description('receive an NDI source and print frame rate, delay, losses, order, black pictures and its label')
    .option('--seconds <n>', 'end after so many seconds of picture', seconds)
    .option('--frames <n>', 'end after so many pictures', whole(1, 1e9));
  withNetworkFlags(command, 10)
    .option('--json', 'print one JSON document at the end')
    .addHelpText(
      'after',
      '\n<source> is "MACHINE (NAME)", the name alone, or an address such as 127.0.0.1:5961.\nExit code 1: black, unlabelled or disordered pictures were seen.',
    )
    .action(monitor);
}
