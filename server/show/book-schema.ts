import Type from 'typebox';
import { cueNumberPattern } from './actions.js';
import { idPattern } from './id-pattern.js';

/** The book as it stands in a show file or comes from a page: looks, cues, stage. What is left out takes its default. */
const id = Type.String({ pattern: idPattern });
const name = Type.String({ maxLength: 120 });
const value = Type.Union([Type.Number(), Type.String({ maxLength: 4000 }), Type.Boolean()]);
const address = '^/understudy/(show|(lane|output)/(\\*|[a-z0-9][a-z0-9-]{0,31}))/[A-Za-z0-9]+/[A-Za-z0-9]+$';
const values = Type.Record(Type.String({ pattern: address }), value);
const cast = Type.Record(Type.String({ pattern: idPattern }), Type.Union([id, Type.Null()]));
const strict = { additionalProperties: false } as const;
const spanMs = Type.Number({ minimum: 0, maximum: 3_600_000 });

export const LookSchema = Type.Object(
  { id, name: Type.Optional(name), values: Type.Optional(values), cast: Type.Optional(cast) },
  strict,
);
export const cueNumber = Type.String({ pattern: cueNumberPattern });
export const CueSchema = Type.Object(
  {
    number: cueNumber,
    name: Type.Optional(name),
    lookId: Type.Optional(Type.Union([id, Type.Null()])),
    values: Type.Optional(values),
    cast: Type.Optional(cast),
    delayMs: Type.Optional(spanMs),
    fadeMs: Type.Optional(spanMs),
    curve: Type.Optional(Type.Enum(['linear', 'smooth'])),
    snap: Type.Optional(Type.Enum(['start', 'end'])),
    follow: Type.Optional(
      Type.Union([Type.Object({ after: Type.Enum(['start', 'end']), waitMs: spanMs }, strict), Type.Null()]),
    ),
    timecode: Type.Optional(
      Type.Union([Type.String({ pattern: '^([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d[:;]\\d\\d$' }), Type.Null()]),
    ),
    note: Type.Optional(Type.String({ maxLength: 2000 })),
  },
  strict,
);

const metres = Type.Number({ minimum: -1000, maximum: 1000 });
const lengthM = Type.Number({ exclusiveMinimum: 0, maximum: 1000 });
const pointM = Type.Tuple([metres, metres, metres]);
const degrees = Type.Number({ minimum: -360, maximum: 360 });
/** A wall may reach beyond the picture. */
const share = Type.Number({ minimum: -1, maximum: 2 });
const polygon = Type.Array(Type.Tuple([share, share]), { minItems: 3, maxItems: 64 });
export const StageSchema = Type.Object(
  {
    walls: Type.Array(
      Type.Object(
        {
          id,
          name,
          shape: Type.Enum(['flat', 'curved']),
          positionM: pointM,
          yawDeg: degrees,
          widthM: lengthM,
          heightM: lengthM,
          radiusM: Type.Union([lengthM, Type.Null()]),
          pictureRegions: Type.Record(Type.String({ pattern: idPattern }), Type.Array(polygon, { maxItems: 16 })),
        },
        strict,
      ),
      { maxItems: 32 },
    ),
    cameras: Type.Array(
      Type.Object(
        {
          laneId: id,
          positionM: pointM,
          rotationDeg: Type.Tuple([degrees, degrees, degrees]),
          focalLengthMm: Type.Number({ exclusiveMinimum: 0, maximum: 2000 }),
          sensorWidthMm: Type.Number({ exclusiveMinimum: 0, maximum: 200 }),
        },
        strict,
      ),
      { maxItems: 16 },
    ),
    views: Type.Optional(
      Type.Array(
        Type.Object({ name: Type.String({ minLength: 1, maxLength: 60 }), eyeM: pointM, targetM: pointM }, strict),
        { maxItems: 32 },
      ),
    ),
  },
  strict,
);

const EditSchemas = [
  Type.Object(
    {
      kind: Type.Literal('look-record'),
      id: Type.Optional(id),
      name,
      scopes: Type.Union([
        Type.Literal('all'),
        Type.Array(Type.String({ pattern: '^(show|(lane|output)/[a-z0-9][a-z0-9-]{0,31})$' }), { maxItems: 64 }),
      ]),
      groups: Type.Union([Type.Literal('all'), Type.Array(Type.String({ maxLength: 40 }), { maxItems: 64 })]),
      cast: Type.Boolean(),
      everyCamera: Type.Optional(Type.Boolean()),
    },
    strict,
  ),
  Type.Object({ kind: Type.Literal('look-set'), look: LookSchema }, strict),
  Type.Object({ kind: Type.Literal('look-remove'), id }, strict),
  Type.Object({ kind: Type.Literal('cue-set'), cue: CueSchema }, strict),
  Type.Object({ kind: Type.Literal('cue-remove'), number: cueNumber }, strict),
  Type.Object({ kind: Type.Literal('cue-renumber'), number: cueNumber, to: cueNumber }, strict),
  Type.Object({ kind: Type.Literal('stage-set'), stage: StageSchema }, strict),
  Type.Object(
    {
      kind: Type.Literal('performer-set'),
      performer: Type.Object(
        { performerId: id, name: Type.Optional(Type.String({ minLength: 1, maxLength: 120 })) },
        strict,
      ),
    },
    strict,
  ),
  Type.Object({ kind: Type.Literal('performer-remove'), id }, strict),
] as const;
/** By kind, so that a fault names its place and not "none of nine fits". */
export const editSchemas: ReadonlyMap<string, (typeof EditSchemas)[number]> = new Map(
  EditSchemas.map((schema) => [schema.properties.kind.const, schema]),
);
