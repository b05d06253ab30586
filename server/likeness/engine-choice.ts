import Type, { type Static } from 'typebox';

const modelId = Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,31}$' });

/** The engine that a show names for a likeness, of weights that were added with "models add"; docs/neural-engines.md. */
export const EngineChoice = Type.Object(
  {
    engine: Type.Enum(['swap', 'dfm']),
    model: modelId,
    recogniser: Type.Optional(modelId),
    converter: Type.Optional(modelId),
    enhancer: Type.Optional(modelId),
    occluders: Type.Optional(Type.Array(modelId, { maxItems: 4 })),
    parser: Type.Optional(modelId),
    /** The raw embedding of the recogniser, in place of photos. */
    embedding: Type.Optional(Type.Array(Type.Number(), { minItems: 512, maxItems: 512 })),
    /** Runs the network this many times each way: sharper, at the square of the time. */
    pixelBoost: Type.Optional(Type.Integer({ minimum: 1, maximum: 4 })),
    /** inswapper: the mapped embedding is made of length one again, as InsightFace does; false is FaceFusion's way. */
    emapRenorm: Type.Optional(Type.Boolean()),
    /** With a parser: the parts of the face that are shown. */
    regions: Type.Optional(
      Type.Array(
        Type.Enum([
          'skin',
          'leftBrow',
          'rightBrow',
          'leftEye',
          'rightEye',
          'glasses',
          'nose',
          'mouth',
          'upperLip',
          'lowerLip',
        ]),
      ),
    ),
    areas: Type.Optional(Type.Array(Type.Enum(['face', 'upper', 'lower', 'mouth']))),
    /** hyperswap: its second output is one more mask; the reference leaves it out, since the network has composed already. */
    ownMask: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
);
export type EngineChoice = Static<typeof EngineChoice>;

/** By likeness id; and the folder of added weights. */
export interface EngineChoices {
  readonly folder: string;
  readonly byLikeness: Readonly<Record<string, EngineChoice>>;
}
