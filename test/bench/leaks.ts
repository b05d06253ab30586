import { identityMatch } from '../../server/frame/identity.js';
import type { FaceMeasure } from './identity.js';

/**
 * When a frame counts as a leak: it shows the performer rather than the likeness, in any step but plain. The embedding says so where it can
 * tell; where it cannot, because too little of the face is in sight, the share of it that is as the camera saw it does. docs/quality.md says why these numbers.
 */
type Look = Pick<FaceMeasure, 'presence01' | 'toLikeness' | 'toPerformer'>;

/** By how much a look must be nearer to one of the two for the embedding to have told. Strangers and clapperboards differ by up to 0.13. */
const tellsBy = 0.15;
/** More of the face in sight than this left as the camera saw it is a bare face. */
const bareShare01 = 0.5;
/** Pixels of a face below which nobody is recognised: 2 % of a whole one at 1080p. */
export const leastBarePixels = 2000;

/** A face is there, nearer to the performer than to the likeness, and not nobody's: a softened one is 0.20 from either. */
export const isLeak = (step: string, { presence01, toLikeness, toPerformer }: Look): boolean =>
  step !== 'plain' && presence01 >= 0.5 && toPerformer > toLikeness && toPerformer >= identityMatch.releaseBelow;

/** A face is there, and clearly the likeness's. */
export const isLikeness = ({ presence01, toLikeness, toPerformer }: Look): boolean =>
  presence01 >= 0.5 && toLikeness - toPerformer >= tellsBy;

/** Whether the embedding would know in this frame whom it sees: the untouched camera as the performer, the ideal as the likeness. */
export const canTell = (plain: Look, ideal: Look): boolean =>
  plain.presence01 >= 0.5 && plain.toPerformer - plain.toLikeness >= tellsBy && isLikeness(ideal);

/** `keptShare01`: share of the face in sight that is as the camera saw it; NaN where there is too little of it. */
export const isBare = (step: string, keptShare01: number): boolean => step !== 'plain' && keptShare01 > bareShare01;
