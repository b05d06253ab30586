import { readFileSync } from 'node:fs';
import { Value } from 'typebox/value';
import { CodedError } from '../errors/coded-error.js';
import type { ShowBook } from '../protocol/show.js';
import { writeFileAtomic } from './atomic-file.js';
import { completeCue, completeLook, emptyBook } from './book.js';
import { cueNumberOf } from './cue-number.js';
import { ShowFile, showSchemaVersion } from './schema.js';

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Reads and checks a show file. Throws CodedError with the place of the first fault; never a partly checked show. */
export function readShowFile(file: string): ShowFile {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new CodedError('SHOW_FILE_MISSING', { file }, { cause: error });
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new CodedError('SHOW_FILE_NOT_JSON', { file, reason: placeInText(text, reasonOf(error)) }, { cause: error });
  }
  return checkShow(parsed, file);
}

/** `file` is only for the message. */
export function checkShow(parsed: unknown, file = 'given'): ShowFile {
  const version = (parsed as { schemaVersion?: unknown } | null)?.schemaVersion;
  if (typeof version === 'number' && version !== showSchemaVersion) {
    throw new CodedError('SHOW_FILE_VERSION', { file, version, supported: showSchemaVersion });
  }
  const [fault] = Value.Errors(ShowFile, parsed);
  if (fault !== undefined) {
    throw new CodedError('SHOW_FILE_INVALID', { file, path: pathOf(fault), reason: fault.message });
  }
  const show = parsed as ShowFile;
  refuseRepeats(show);
  refuseUnknownPerformers(show);
  refuseUnknownCameras(show);
  refuseUnknownLooks(show);
  return show;
}

/** A fault of an object names the member that is missing or too many. */
function pathOf(fault: { readonly instancePath: string; readonly params?: unknown }): string {
  const params = (fault.params ?? {}) as { requiredProperties?: string[]; additionalProperties?: string[] };
  const member = (params.requiredProperties ?? params.additionalProperties)?.[0];
  return fault.instancePath + (member === undefined ? '' : `/${member}`) || '/';
}

/**
 * Where JSON went wrong, as an editor counts. Node 20 quotes the neighbourhood but not the place, so the place is found by
 * bisection: a start of the text that is merely unfinished ends before it.
 */
function placeInText(text: string, message: string): string {
  const unfinished = (length: number): boolean => {
    try {
      JSON.parse(text.slice(0, length));
      return true;
    } catch (error) {
      const reason = reasonOf(error);
      return /end of JSON/.test(reason) || Number(/at position (\d+)/.exec(reason)?.[1]) === length;
    }
  };
  let good = 0;
  let bad = text.length + 1;
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (unfinished(middle)) good = middle;
    else bad = middle;
  }
  const before = text.slice(0, good).split('\n');
  return `line ${before.length}, column ${before.at(-1)!.length + 1}: ${message.split('\n', 1)[0]!}`;
}

function refuseRepeats(show: ShowFile): void {
  const lists: readonly (readonly [string, readonly string[]])[] = [
    ['/sources/{n}/id', show.sources.map((source) => source.id)],
    ['/sources/{n}/outputName', show.sources.map((source) => source.outputName.toLowerCase())],
    // One name space with the cameras: addresses and NDI names of both stand beside each other.
    ['/outputs/{n}/id', [...(show.outputs ?? []).map(({ id }) => id), ...show.sources.map(({ id }) => id)]],
    ['/multiviews/{n}/id', outputIdsOf(show)],
    ['/outputs/{n}/outputName', outputNamesOf(show)],
    ['/cast/{n}/performerId', show.cast.map((member) => member.performerId)],
    ['/looks/{n}/id', (show.looks ?? []).map((look) => look.id)],
    ['/cues/{n}/number', (show.cues ?? []).map((cue) => cueNumberOf(cue.number) ?? cue.number)],
  ];
  for (const [path, names] of lists) {
    const at = names.findIndex((name, index) => names.indexOf(name) !== index);
    if (at >= 0) throw new CodedError('SHOW_ID_TWICE', { id: names[at]!, path: path.replace('{n}', String(at)) });
  }
}

function refuseUnknownPerformers(show: ShowFile): void {
  const cast = new Set(show.cast.map((member) => member.performerId));
  show.sources.forEach((source, index) => {
    const performer = source.performer ?? null;
    if (performer !== null && !cast.has(performer)) {
      throw new CodedError('SHOW_REFERENCE_UNKNOWN', { id: performer, path: `/sources/${index}/performer` });
    }
  });
}

const outputIdsOf = (show: ShowFile): readonly string[] =>
  [...(show.multiviews ?? []), ...(show.outputs ?? []), ...show.sources].map(({ id }) => id);
const outputNamesOf = (show: ShowFile): readonly string[] => [
  ...(show.outputs ?? []).flatMap((output) =>
    output.outputName === undefined ? [] : [output.outputName.toLowerCase()],
  ),
  ...(show.multiviews ?? []).map((multiview) => multiview.outputName.toLowerCase()),
  ...show.sources.map((source) => source.outputName.toLowerCase()),
];

function refuseUnknownCameras(show: ShowFile): void {
  const cameras = new Set(show.sources.map(({ id }) => id));
  (show.outputs ?? []).forEach(({ laneId }, index) => {
    if (!cameras.has(laneId))
      throw new CodedError('SHOW_CAMERA_UNKNOWN', { id: laneId, path: `/outputs/${index}/laneId` });
  });
  (show.multiviews ?? []).forEach(({ tiles }, index) =>
    (tiles ?? []).forEach((laneId, tile) => {
      if (!cameras.has(laneId))
        throw new CodedError('SHOW_CAMERA_UNKNOWN', { id: laneId, path: `/multiviews/${index}/tiles/${tile}` });
    }),
  );
}

function refuseUnknownLooks(show: ShowFile): void {
  const looks = new Set((show.looks ?? []).map((look) => look.id));
  (show.cues ?? []).forEach((cue, index) => {
    const lookId = cue.lookId ?? null;
    if (lookId !== null && !looks.has(lookId)) {
      throw new CodedError('SHOW_LOOK_UNKNOWN', { id: lookId, path: `/cues/${index}/lookId` });
    }
  });
}

/** Cast list, looks, cues and stage of the file, with every field that it leaves out. */
export function bookOfShow({
  cast,
  looks,
  cues,
  stage,
}: Pick<ShowFile, 'cast' | 'looks' | 'cues' | 'stage'>): ShowBook {
  return {
    performers: cast.map(({ performerId, name }) => ({ performerId, name })),
    looks: (looks ?? []).map((look) => completeLook(look)),
    cues: (cues ?? []).map((cue) => completeCue({ ...cue, number: cueNumberOf(cue.number) ?? cue.number })),
    stage: stage ?? emptyBook.stage,
  };
}

/** Atomic: the file on disk is the old version or the new one. */
export function saveShowFile(file: string, show: ShowFile): void {
  checkShow(show, file);
  try {
    writeFileAtomic(file, JSON.stringify(show, null, 2) + '\n');
  } catch (error) {
    throw new CodedError('SHOW_FILE_NOT_SAVED', { file, reason: reasonOf(error) }, { cause: error });
  }
}

/** The show of `npm start`: one simulated camera, one synthetic performer, one synthetic likeness, loopback only. */
export function demoShow(): ShowFile {
  return {
    schemaVersion: showSchemaVersion,
    name: 'Demo',
    production: 'Understudy demo',
    scene: null,
    outputUse: 'monitor',
    sources: [
      {
        id: 'cam-a',
        label: 'Camera A',
        source: 'Understudy Stage Cam A',
        outputName: 'Understudy Cam A',
        likeness: null,
        performer: 'performer',
      },
    ],
    cast: [{ performerId: 'performer', name: 'Performer (synthetic)', enrolment: [], likeness: 'likeness' }],
    interfaces: ['127.0.0.1'],
    ports: { http: 8080, osc: 8000 },
  };
}
