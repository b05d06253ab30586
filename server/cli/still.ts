import { existsSync, writeFileSync } from 'node:fs';
import { createCanvas } from '@napi-rs/canvas';
import type { Command } from 'commander';
import { CodedError } from '../errors/coded-error.js';
import type { NdiReceiver, NdiVideoFrame } from '../ndi/port.js';
import { machineClock } from '../time/clock.js';
import { productVersion } from '../version.js';
import { interruptible } from './interrupt.js';
import { findNamed, receiveFrom } from './ndi/connect.js';
import { timecodeText } from './ndi/frame-watch.js';
import { readMark, type ReceivedMark } from './ndi/mark.js';
import { openNetwork, withNetworkFlags, type NetworkFlags } from './ndi/network.js';
import { toRgba } from './ndi/picture.js';
import { findPlate, type FoundPlate } from './ndi/plate.js';
import { addPngText } from './ndi/png-text.js';
import { say, sayJson } from './output.js';
import { whole } from './parse.js';

interface Flags extends NetworkFlags {
  readonly out: string;
  readonly skip: number;
  readonly unmarked?: boolean;
  readonly force?: boolean;
  readonly json?: boolean;
}
interface Judged {
  readonly mark: ReceivedMark | null;
  readonly plate: FoundPlate | null;
}

/**
 * Whether a still may be taken. A likeness is taken only with its visible label in the picture; plain, matte, bypass and slate pictures
 * by their metadata mark; a picture without a mark (a camera's) only where the operator says so.
 */
export function judgeStill(judged: Judged, source: string, allowUnmarked: boolean): void {
  const { mark, plate } = judged;
  if (mark?.kind === 'likeness' && plate === null) throw new CodedError('STILL_NOT_LABELLED', { source });
  if (mark === null && plate === null && !allowUnmarked) throw new CodedError('STILL_NOT_MARKED', { source });
}

/** The picture after `skip` others: the first ones of a connection may be older. */
async function grab(receiver: NdiReceiver, source: string, flags: Flags): Promise<NdiVideoFrame> {
  const { signal, done } = interruptible();
  const untilUs = machineClock.nowUs() + flags.wait * 1e6;
  let left = flags.skip;
  try {
    while (!signal.aborted && machineClock.nowUs() < untilUs) {
      const got = await receiver.capture(250);
      if (got.kind === 'audio') got.audio.release();
      if (got.kind === 'unsupported') throw new CodedError('NDI_FORMAT_UNSUPPORTED', { source, format: got.fourCC });
      if (got.kind !== 'video') continue;
      if (left-- <= 0) return got.video;
      got.video.release();
    }
    throw new CodedError('CLI_SOURCE_SILENT', { source, seconds: flags.wait });
  } finally {
    done();
  }
}

function encode(frame: NdiVideoFrame, source: string, { mark, plate }: Judged): Buffer {
  const { widthPx, heightPx } = frame;
  const canvas = createCanvas(widthPx, heightPx);
  const context = canvas.getContext('2d');
  const picture = context.createImageData(widthPx, heightPx);
  picture.data.set(toRgba(frame, frame.hasMetadata ? frame.metadata : null));
  context.putImageData(picture, 0, 0);
  const isLikeness = mark?.kind === 'likeness' || (mark === null && plate !== null);
  return addPngText(canvas.toBuffer('image/png'), {
    Software: `Understudy ${productVersion}`,
    Source: source,
    Timecode: timecodeText(frame.timecode100ns, frame.frameRateNum / frame.frameRateDen),
    'Creation Time': machineClock.wallClockIso(),
    'Understudy Mark': mark?.xml ?? 'none',
    // The IPTC vocabulary's term for a camera picture with AI-made parts.
    ...(isLikeness
      ? { 'Digital Source Type': 'http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia' }
      : {}),
  });
}

function save(file: string, bytes: Uint8Array, replace: boolean): void {
  if (existsSync(file) && !replace) throw new CodedError('CLI_FILE_EXISTS', { file });
  try {
    writeFileSync(file, bytes);
  } catch (error) {
    throw new CodedError('CLI_FILE_NOT_WRITTEN', { file, reason: (error as Error).message }, { cause: error });
  }
}

/** Judges, saves and reports one picture. */
function keep(frame: NdiVideoFrame, source: string, flags: Flags): void {
  const judged = { mark: readMark(frame.hasMetadata ? frame.metadata : null), plate: findPlate(frame) };
  judgeStill(judged, source, flags.unmarked === true);
  save(flags.out, encode(frame, source, judged), flags.force === true);
  const { widthPx, heightPx, format } = frame;
  const kind = judged.mark?.kind ?? 'none';
  if (flags.json === true) sayJson({ file: flags.out, source, widthPx, heightPx, format, kind, ...judged });
  else
    say(
      `${flags.out}: ${widthPx}×${heightPx} of ${source}, mark ${kind}, label ${judged.plate?.corner ?? 'not in the picture'}`,
    );
}

async function still(wanted: string, flags: Flags): Promise<void> {
  if (existsSync(flags.out) && flags.force !== true) throw new CodedError('CLI_FILE_EXISTS', { file: flags.out });
  const network = openNetwork(flags);
  try {
    const source = await findNamed(network, wanted, flags);
    const receiver = receiveFrom(network, source, { receiverName: 'Understudy still', allowFields: false });
    const frame = await grab(receiver, source.name, flags);
    try {
      keep(frame, source.name, flags);
    } finally {
      // Also where the picture is refused: libndi must have all its frames back before the process ends.
      frame.release();
      receiver.close();
    }
  } finally {
    network.close();
  }
}

export function register(program: Command): void {
  const command = program
    .command('still <source>')
    .description('save one picture of an NDI source as PNG, with its mark in the file')
    .requiredOption('-o, --out <file>', 'PNG file to write')
    .option('--skip <pictures>', 'pictures to let pass first', whole(0, 100_000), 2)
    .option('--unmarked', "also take a picture that carries no Understudy mark, such as a camera's")
    .option('--force', 'replace the file');
  withNetworkFlags(command, 10)
    .option('--json', 'print one JSON document')
    .addHelpText('after', '\nA likeness without its visible label is never saved.')
    .action(still);
}
