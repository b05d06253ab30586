import { readFile } from 'node:fs/promises';
import { CodedError } from '../errors/coded-error.js';
import type { ForeignSessionFactory, TensorData } from '../onnx/foreign-port.js';
import { DfmEngine } from './dfm/dfm-engine.js';
import type { AlignedFace } from './neural/enhancer.js';
import { newPicture, type FloatPicture } from './neural/picture.js';
import type { EnhancerContract, ModelContract, OccluderContract, SwapperContract } from './neural/roles.js';
import { readSourceFile, type SourceFace } from './neural/source-file.js';
import type { EngineControls, EngineSpec, WeightsFile } from './neural/spec.js';
import { openWeights, type OpenWeights } from './neural/weights.js';
import { type Embedding, embedAll, emapOf, normalised, sourcePicture, sourceVector } from './swap/identity-source.js';
import { SwapEngine } from './swap/swap-engine.js';

/** An engine that makes the likeness's face for one crop of the picture. */
export interface NeuralEngine {
  face(crop: FloatPicture, landmarks: Float32Array, controls: EngineControls): Promise<AlignedFace>;
  close(): Promise<void>;
}

type Opened<C extends ModelContract> = OpenWeights & { readonly contract: C };
const lacks = (spec: EngineSpec, reason: string): CodedError =>
  new CodedError('ENGINE_INCOMPLETE', { likeness: spec.likenessId, reason });

/** Opens one file after the other; what was opened is closed again when a later one fails. */
class Opener {
  readonly #opened: OpenWeights[] = [];
  constructor(
    private readonly open: ForeignSessionFactory,
    private readonly spec: EngineSpec,
  ) {}

  async maybe<C extends ModelContract>(file: WeightsFile | null, what: C['what']): Promise<Opened<C> | null> {
    if (file === null) return null;
    const opened = await openWeights(this.open, file);
    this.#opened.push(opened);
    if (opened.contract.what !== what) throw lacks(this.spec, `"${file.id}" is no ${what}`);
    return opened as Opened<C>;
  }
  async need<C extends ModelContract>(file: WeightsFile | null, what: C['what']): Promise<Opened<C>> {
    const opened = await this.maybe<C>(file, what);
    if (opened === null) throw lacks(this.spec, `a ${what} is needed`);
    return opened;
  }
  async many<C extends ModelContract>(files: readonly WeightsFile[], what: C['what']): Promise<Opened<C>[]> {
    const all: Opened<C>[] = [];
    for (const file of files) all.push(await this.need<C>(file, what));
    return all;
  }
  async closeAll(): Promise<void> {
    for (const { session } of this.#opened) await session.close();
  }
}

/**
 * Loads an engine, works out whom it shows, and runs it once on a plain crop, so that the first face is as quick as the rest. Rejects
 * with ENGINE_INCOMPLETE, and with what reading weights, sessions and checks reject with.
 */
export async function loadEngine(spec: EngineSpec, open: ForeignSessionFactory): Promise<NeuralEngine> {
  const opener = new Opener(open, spec);
  try {
    const engine = spec.kind === 'dfm' ? await loadDfm(spec, opener) : await loadSwap(spec, opener);
    await engine.face(newPicture(warmSidePx, warmSidePx, 3), warmLandmarks(), {
      weight01: 0.5,
      morph01: 1,
      enhance01: 1,
    });
    return engine;
  } catch (error) {
    await opener.closeAll();
    throw error;
  }
}
const warmSidePx = 256;
/** Points anywhere but in one place. */
const warmLandmarks = (): Float32Array => Float32Array.from({ length: 478 * 3 }, (_, i) => 64 + ((i * 37) % 128));

async function loadDfm(spec: EngineSpec, opener: Opener): Promise<NeuralEngine> {
  return new DfmEngine(spec, {
    dfm: await opener.need(spec.model, 'dfm'),
    enhancer: await opener.maybe<EnhancerContract>(spec.enhancer, 'enhancer'),
    occluders: await opener.many<OccluderContract>(spec.occluders, 'occluder'),
    parser: await opener.maybe(spec.parser, 'parser'),
  });
}

async function loadSwap(spec: EngineSpec, opener: Opener): Promise<NeuralEngine> {
  const swapper = await opener.need<SwapperContract>(spec.model, 'swapper');
  if (spec.ownMask && swapper.outputs['mask'] === undefined)
    throw lacks(spec, `its network "${spec.model.id}" gives no mask of its own`);
  const recogniser = await opener.maybe(spec.recogniser, 'recogniser');
  const converter = await opener.maybe(spec.converter, 'converter');
  return new SwapEngine(spec, {
    swapper,
    recogniser,
    source: await sourceOf(spec, swapper, recogniser, converter),
    enhancer: await opener.maybe<EnhancerContract>(spec.enhancer, 'enhancer'),
    occluders: await opener.many<OccluderContract>(spec.occluders, 'occluder'),
    parser: await opener.maybe(spec.parser, 'parser'),
  });
}

async function sourceOf(
  spec: EngineSpec,
  swapper: Opened<SwapperContract>,
  recogniser: OpenWeights | null,
  converter: OpenWeights | null,
): Promise<TensorData> {
  const { source } = swapper.contract;
  if (source === 'picture-112' || source === 'picture-256') {
    const [first] = await photosOf(spec);
    if (first === undefined) throw lacks(spec, 'a photo is needed');
    return sourcePicture(source, first);
  }
  if (['ghost', 'simswap', 'hififace'].includes(source) && converter === null)
    throw lacks(spec, `the converter crossface-${source} is needed`);
  const embedding = await embeddingOf(spec, recogniser);
  const emap = source === 'emap' ? emapOf(swapper.modelId, swapper.bytes) : null;
  const data = await sourceVector(source, embedding, { emap, emapRenorm: spec.emapRenorm, converter });
  return { data, shape: [1, data.length] };
}

async function embeddingOf(spec: EngineSpec, recogniser: OpenWeights | null): Promise<Embedding> {
  if (spec.embedding !== null) {
    const raw = Float32Array.from(spec.embedding);
    return { raw, normed: normalised(raw) };
  }
  if (recogniser === null) throw lacks(spec, 'a recogniser (arcface) is needed to read the photos');
  return embedAll(recogniser, await photosOf(spec));
}

async function photosOf(spec: EngineSpec): Promise<SourceFace[]> {
  const faces = spec.sourceFile === null ? null : readSourceFile(await readFile(spec.sourceFile));
  if (faces === null || faces.length === 0) throw lacks(spec, 'its photos were not prepared');
  return faces;
}
