import type { FaceArea, FaceRegion } from './masks.js';
import type { ModelRole } from './roles.js';

/** A file of weights and the very bytes it must hold. */
export interface WeightsFile {
  readonly id: string;
  readonly role: ModelRole;
  readonly path: string;
  readonly sha256: string;
  readonly licence: string;
}

/**
 * All that the inference process needs to make patches of one likeness, as JSON: sent by the lane, and again whenever the process
 * comes back. Equal specs share one engine.
 */
export interface EngineSpec {
  readonly likenessId: string;
  readonly kind: 'swap' | 'dfm';
  readonly model: WeightsFile;
  readonly recogniser: WeightsFile | null;
  readonly converter: WeightsFile | null;
  readonly enhancer: WeightsFile | null;
  readonly occluders: readonly WeightsFile[];
  readonly parser: WeightsFile | null;
  /** Crops of the likeness's photos, as server/likeness/neural/source-file.ts writes them. */
  readonly sourceFile: string | null;
  /** The raw embedding instead of photos. */
  readonly embedding: readonly number[] | null;
  readonly pixelBoost: number;
  /** Whether an embedding that went through the emap is made of length one again (InsightFace) or not (FaceFusion). */
  readonly emapRenorm: boolean;
  readonly regions: readonly FaceRegion[];
  readonly areas: readonly FaceArea[];
  /** Whether a mask that the swapper gives besides its picture counts too. */
  readonly ownMask: boolean;
}

/** A network that corrects what optical flow carries: nobody's likeness, so nobody's consent. */
export interface FlowSpec {
  readonly kind: 'raft';
  readonly model: WeightsFile;
}
export type NeuralSpec = EngineSpec | FlowSpec;

/** What an operator moves while it runs; read with every patch. */
export interface EngineControls {
  /** 0.5 is the likeness as its photos say; 1 exaggerates it, 0 leans back to the performer. */
  readonly weight01: number;
  /** A DFM's own morph. */
  readonly morph01: number;
  /** How much of the enhanced picture is shown. */
  readonly enhance01: number;
}

/** The engine's files, the one that makes the face first. */
export const weightsIn = ({ model, recogniser, converter, enhancer, occluders, parser }: EngineSpec): WeightsFile[] =>
  [model, recogniser, converter, enhancer, ...occluders, parser].filter((file) => file !== null);
