import Type from 'typebox';

/** The part of the show file that names desks: OSC targets and DMX. The shapes are those of server/protocol/consoles.ts. */
const port = Type.Integer({ minimum: 1, maximum: 65535 });
const name = Type.String({ minLength: 1, maxLength: 120 });
const oscAddress = Type.String({ pattern: '^/[^ #]{1,200}$' });
const ownAddress = Type.String({ pattern: '^/understudy/[^ #]{1,200}$' });

const OscTarget = Type.Object(
  {
    name,
    host: Type.String({ pattern: '^[A-Za-z0-9.:-]{1,253}$' }),
    port,
    preset: Type.Optional(Type.Enum(['generic', 'eos', 'grandma3', 'qlab', 'touchosc', 'resolume', 'companion'])),
    transport: Type.Optional(Type.Enum(['udp', 'tcp'])),
    framing: Type.Optional(Type.Enum(['length', 'slip'])),
    bundles: Type.Optional(Type.Boolean()),
    ratioFull: Type.Optional(Type.Union([Type.Literal(1), Type.Literal(100), Type.Literal(255)])),
    numbers: Type.Optional(Type.Enum(['declared', 'float', 'int'])),
    toggles: Type.Optional(Type.Enum(['int', 'float', 'tag'])),
    choices: Type.Optional(Type.Enum(['name', 'position'])),
    rateHz: Type.Optional(Type.Number({ minimum: 1, maximum: 10_000 })),
    largestPacketBytes: Type.Optional(Type.Integer({ minimum: 128, maximum: 65_536 })),
    feedback: Type.Optional(Type.Array(Type.String({ pattern: '^/', maxLength: 256 }), { maxItems: 64 })),
    map: Type.Optional(
      Type.Array(Type.Object({ remote: oscAddress, local: ownAddress }, { additionalProperties: false }), {
        maxItems: 512,
      }),
    ),
    sendsFromPort: Type.Optional(port),
  },
  { additionalProperties: false },
);

const oscRole = Type.Enum(['operator', 'director', 'dit', 'none']);

/** show.osc */
export const OscSection = Type.Object(
  {
    /** What full means on the faders of desks that are no target, for parameters that are ratios: Eos and TouchOSC 1, grandMA3 100. */
    ratioFull: Type.Optional(Type.Union([Type.Literal(1), Type.Literal(100), Type.Literal(255)])),
    /** OSC over TCP, on ports.oscTcp or the number of ports.osc. On where unset. */
    tcp: Type.Optional(Type.Boolean()),
    /** The OSCQuery server, on ports.oscQuery. On where unset. */
    query: Type.Optional(Type.Boolean()),
    /** Who consoles are to the show, unless `peers` names them; operator where unset. None: they may ask, and change nothing. */
    role: Type.Optional(oscRole),
    /** By the address a console sends from. */
    peers: Type.Optional(
      Type.Array(
        Type.Object(
          { host: Type.String({ pattern: '^[0-9A-Fa-f.:]{2,45}$' }), role: oscRole },
          { additionalProperties: false },
        ),
        { maxItems: 64 },
      ),
    ),
    /** Desks that are told of changes without asking. */
    targets: Type.Optional(Type.Array(OscTarget, { maxItems: 16 })),
  },
  { additionalProperties: false },
);

const DmxMapping = Type.Object(
  {
    universe: Type.Integer({ minimum: 0, maximum: 63_999 }),
    channel: Type.Integer({ minimum: 1, maximum: 512 }),
    bits: Type.Optional(Type.Union([Type.Literal(8), Type.Literal(16)])),
    address: ownAddress,
    from: Type.Optional(Type.Number()),
    to: Type.Optional(Type.Number()),
  },
  { additionalProperties: false },
);

/** show.dmx: nothing listens for DMX where it is absent. */
export const DmxSection = Type.Object(
  {
    sacn: Type.Optional(Type.Boolean()),
    artnet: Type.Optional(Type.Boolean()),
    map: Type.Array(DmxMapping, { minItems: 1, maxItems: 512 }),
  },
  { additionalProperties: false },
);
