import Type, { type Static } from 'typebox';
import { EngineChoice } from '../likeness/engine-choice.js';
import { monitorKinds } from '../monitors/params.js';
import { CueSchema, LookSchema, StageSchema } from './book-schema.js';
import { idPattern } from './id-pattern.js';

export { idPattern };
import { DmxSection, OscSection } from './consoles-schema.js';

/**
 * The show file: what a production sets once and may read in an editor. What changes on air (values, assignments) is
 * in the journal beside it, never written into this file behind the operator's back.
 */
export const showSchemaVersion = 1;
const id = Type.String({ pattern: idPattern });
const name = Type.String({ minLength: 1, maxLength: 120 });
const filePath = Type.String({ minLength: 1, maxLength: 1000 });
const port = Type.Integer({ minimum: 0, maximum: 65535 });
/** An IPv4 or IPv6 address of this machine. */
const address = Type.String({ pattern: '^([0-9]{1,3}(\\.[0-9]{1,3}){3}|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*)$' });

const Source = Type.Object(
  {
    /** "cam-a": lane, output and OSC addresses are called by it. */
    id,
    label: Type.Optional(name),
    /** "MACHINE (NAME)", the name alone, or "192.168.1.20:5961". */
    source: name,
    /** NDI name of the output, without the machine's name. */
    outputName: name,
    /** Package id; null where the cast list decides. */
    likeness: Type.Optional(Type.Union([id, Type.Null()])),
    /** The performer expected in front of this camera; null for whoever of the cast is recognised. */
    performer: Type.Optional(Type.Union([id, Type.Null()])),
    /** Where receivers go if this lane dies: an NDI source name or address. Unset: the camera itself. */
    fallbackSource: Type.Optional(name),
    /** Receive 16-bit pictures, for cameras with more than 8 bits. Twice the bytes. */
    deepColor: Type.Optional(Type.Boolean()),
    /** NDI groups, comma-separated. */
    groups: Type.Optional(name),
  },
  { additionalProperties: false },
);

/** A further NDI output of a camera's lane; docs/monitors.md. */
const MonitorOutput = Type.Object(
  {
    /** Addresses of its parameters are called by it: /understudy/output/<id>/monitor/... */
    id,
    label: Type.Optional(name),
    /** The camera whose lane makes it. */
    laneId: id,
    /** NDI name, without the machine's; plain and matte pictures add their mark. Unset: the camera's output name and the id. */
    outputName: Type.Optional(name),
    /** What it shows to begin with. */
    kind: Type.Enum([...monitorKinds]),
    /** A .cube file, relative to the show file. */
    lut: Type.Optional(filePath),
    burnIn: Type.Optional(
      Type.Object(
        {
          timecode: Type.Optional(Type.Boolean()),
          slate: Type.Optional(Type.Boolean()),
          delay: Type.Optional(Type.Boolean()),
          cue: Type.Optional(Type.Boolean()),
        },
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false },
);

/** An NDI output that shows several cameras at once; docs/monitors.md. */
const MultiviewOutput = Type.Object(
  {
    /** Addresses of its parameters are called by it: /understudy/output/<id>/multiview/... */
    id,
    label: Type.Optional(name),
    /** NDI name, without the machine's; one of plain cameras adds its mark. */
    outputName: name,
    /** Cameras from the left, then down. Unset: all, as they stand in the file. */
    tiles: Type.Optional(Type.Array(id, { minItems: 1, maxItems: 16 })),
    /** 1280 × 720 where unset. */
    widthPx: Type.Optional(Type.Integer({ minimum: 640, maximum: 3840, multipleOf: 2 })),
    heightPx: Type.Optional(Type.Integer({ minimum: 360, maximum: 2160, multipleOf: 2 })),
    /** Of the output, and most of each preview; 25 where unset. */
    framesPerSecond: Type.Optional(Type.Integer({ minimum: 5, maximum: 60 })),
    groups: Type.Optional(name),
    shows: Type.Optional(Type.Enum(['outputs', 'cameras', 'both'])),
    burnIn: Type.Optional(
      Type.Object(
        {
          timecode: Type.Optional(Type.Boolean()),
          slate: Type.Optional(Type.Boolean()),
          delay: Type.Optional(Type.Boolean()),
          cue: Type.Optional(Type.Boolean()),
        },
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false },
);

const CastEntry = Type.Object(
  {
    performerId: id,
    name,
    /** Photos the performer is recognised by, relative to the show file. */
    enrolment: Type.Array(filePath),
    /** Or the embedding itself, as enrolled live. */
    embedding: Type.Optional(Type.Array(Type.Number(), { minItems: 128, maxItems: 4096 })),
    likeness: Type.Optional(Type.Union([id, Type.Null()])),
  },
  { additionalProperties: false },
);

const role = Type.Enum(['operator', 'director', 'dit']);
const Access = Type.Object(
  {
    tokens: Type.Array(
      Type.Object(
        /** The token itself is with its bearer; the file has its SHA-256, so that reading the file opens nothing. */
        { name, role, sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }) },
        { additionalProperties: false },
      ),
      { maxItems: 64 },
    ),
    /** Who comes from this machine without a token; operator where unset. */
    loopback: Type.Optional(Type.Union([role, Type.Literal('none')])),
    /** Who comes from elsewhere without a token; none where unset. */
    anonymous: Type.Optional(Type.Union([role, Type.Literal('none')])),
  },
  { additionalProperties: false },
);

export const ShowFile = Type.Object(
  {
    schemaVersion: Type.Literal(showSchemaVersion),
    name,
    /** Compared with the consent records. */
    production: name,
    scene: Type.Optional(Type.Union([name, Type.Null()])),
    outputUse: Type.Optional(Type.Enum(['monitor', 'recording', 'offline_render', 'final_delivery'])),
    sources: Type.Array(Source, { minItems: 1, maxItems: 16 }),
    /** Monitors beside the cameras' programme outputs. */
    outputs: Type.Optional(Type.Array(MonitorOutput, { maxItems: 32 })),
    /** Cameras side by side in one picture. */
    multiviews: Type.Optional(Type.Array(MultiviewOutput, { maxItems: 4 })),
    cast: Type.Array(CastEntry, { maxItems: 64 }),
    /** Folder of likeness packages, relative to the show file. */
    likenessFolder: Type.Optional(filePath),
    /** Engines other than the mesh, by likeness id; docs/neural-engines.md. */
    engines: Type.Optional(Type.Record(id, EngineChoice)),
    /** Added weights that `flow.engine` raft stands for; the first by name where none is named. */
    flowModel: Type.Optional(Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,31}$' })),
    ports: Type.Optional(
      Type.Object(
        {
          http: Type.Optional(port),
          osc: Type.Optional(port),
          oscTcp: Type.Optional(port),
          oscQuery: Type.Optional(port),
        },
        { additionalProperties: false },
      ),
    ),
    /** Addresses to listen on, and the networks NDI may use. Loopback where unset. */
    interfaces: Type.Optional(Type.Array(address, { minItems: 1 })),
    /** NDI discovery servers, used instead of mDNS. */
    discoveryServers: Type.Optional(Type.Array(name)),
    /** Machines that are asked for their NDI sources directly, besides mDNS. */
    askAddresses: Type.Optional(Type.Array(address)),
    /** Landmark model: 'fast' (FaceMesh with attention) or 'best' (FaceMesh V2, steadier, about twice the time). */
    landmarks: Type.Optional(Type.Enum(['fast', 'best'])),
    /** Where models run. What really runs is in the lane's status and on the page. */
    inference: Type.Optional(
      Type.Object(
        {
          provider: Type.Optional(Type.Enum(['cpu', 'cuda', 'tensorrt', 'coreml', 'directml', 'webgpu'])),
          /** Half precision (TensorRT). */
          fp16: Type.Optional(Type.Boolean()),
          /** Which GPU, by the provider's own count. */
          deviceId: Type.Optional(Type.Integer({ minimum: 0, maximum: 63 })),
          /** Threads of one model; unset: measured at the first start. */
          threads: Type.Optional(Type.Integer({ minimum: 1, maximum: 64 })),
        },
        { additionalProperties: false },
      ),
    ),
    /** Names this machine is called by in a browser, besides its addresses. */
    hostNames: Type.Optional(Type.Array(Type.String({ pattern: '^[A-Za-z0-9.-]{1,253}$' }))),
    osc: Type.Optional(OscSection),
    dmx: Type.Optional(DmxSection),
    /** Looks, cues and stage to begin with; what the operator changed since is in the journal and wins, entry by entry. */
    looks: Type.Optional(Type.Array(LookSchema, { maxItems: 1000 })),
    cues: Type.Optional(Type.Array(CueSchema, { maxItems: 5000 })),
    stage: Type.Optional(StageSchema),
    /** Whose Ed25519 signature under consent records counts. Where any are named, a performer's record without one does not load. */
    consentIssuers: Type.Optional(
      Type.Array(
        Type.Object(
          { keyId: name, publicKey: Type.String({ pattern: '^[A-Za-z0-9+/]{43}=$' }) },
          { additionalProperties: false },
        ),
        { maxItems: 32 },
      ),
    ),
    /** Who may connect and as what. Without it everybody who reaches the ports is an operator. */
    access: Type.Optional(Access),
    /** Start values by address; what the operator changed since is in the journal and wins. */
    values: Type.Optional(
      Type.Record(
        Type.String({ pattern: '^/understudy/' }),
        Type.Union([Type.Number(), Type.String(), Type.Boolean()]),
      ),
    ),
  },
  { additionalProperties: false },
);
export type ShowFile = Static<typeof ShowFile>;
export type ShowSource = Static<typeof Source>;
export type ShowMultiview = Static<typeof MultiviewOutput>;

/** OSC over TCP has the number of OSC over UDP. */
export const defaultPorts = { http: 8080, osc: 8000, oscQuery: 8081 } as const;
