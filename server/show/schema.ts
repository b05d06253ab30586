import Type, { type Static } from 'typebox';

/**
 * The show file: what a production sets once and may read in an editor. What changes on air (values, assignments) is
 * in the journal beside it, never written into this file behind the operator's back.
 */
export const showSchemaVersion = 1;
/** Ids are part of OSC addresses and file names. */
export const idPattern = '^[a-z0-9][a-z0-9-]{0,31}$';
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

export const ShowFile = Type.Object(
  {
    schemaVersion: Type.Literal(showSchemaVersion),
    name,
    /** Compared with the consent records. */
    production: name,
    scene: Type.Optional(Type.Union([name, Type.Null()])),
    outputUse: Type.Optional(Type.Enum(['monitor', 'recording', 'offline_render', 'final_delivery'])),
    sources: Type.Array(Source, { minItems: 1, maxItems: 16 }),
    cast: Type.Array(CastEntry, { maxItems: 64 }),
    /** Folder of likeness packages, relative to the show file. */
    likenessFolder: Type.Optional(filePath),
    ports: Type.Optional(
      Type.Object({ http: Type.Optional(port), osc: Type.Optional(port) }, { additionalProperties: false }),
    ),
    /** Addresses to listen on, and the networks NDI may use. Loopback where unset. */
    interfaces: Type.Optional(Type.Array(address, { minItems: 1 })),
    /** NDI discovery servers, used instead of mDNS. */
    discoveryServers: Type.Optional(Type.Array(name)),
    /** Machines that are asked for their NDI sources directly, besides mDNS. */
    askAddresses: Type.Optional(Type.Array(address)),
    /** Landmark model: 'fast' (FaceMesh with attention) or 'best' (FaceMesh V2, steadier, about twice the time). */
    landmarks: Type.Optional(Type.Enum(['fast', 'best'])),
    /** Names this machine is called by in a browser, besides its addresses. */
    hostNames: Type.Optional(Type.Array(Type.String({ pattern: '^[A-Za-z0-9.-]{1,253}$' }))),
    osc: Type.Optional(
      Type.Object(
        {
          /** What full means on the desk's faders, for parameters that are ratios: Eos and TouchOSC 1, grandMA3 100. */
          ratioFull: Type.Optional(Type.Union([Type.Literal(1), Type.Literal(100), Type.Literal(255)])),
        },
        { additionalProperties: false },
      ),
    ),
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
export type ShowCastEntry = Static<typeof CastEntry>;

export const defaultPorts = { http: 8080, osc: 8000 } as const;
