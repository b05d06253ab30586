import { describe, expect, it } from 'vitest';
import { CodedError } from '../../server/errors/coded-error.js';
import { fakeSessions } from '../../server/onnx/fake.js';
import type { SessionFactory, SessionOptions } from '../../server/onnx/port.js';
import { InferenceEngine } from '../../server/pipeline/inference-engine.js';
import type { InferenceOptions } from '../../server/pipeline/inference-options.js';
import { engineText } from '../../server/pipeline/inference-text.js';
import { SimulatedClock } from '../../server/time/clock.js';

const options: InferenceOptions = {
  runFolder: '/nowhere',
  stateFolder: '/state',
  landmarks: 'fast',
  provider: 'tensorrt',
  fp16: true,
  deviceId: 1,
  threads: 1,
  lanes: 1,
};
const counts = { served: 3, replaced: 2, failed: 1 };
const open = (create: SessionFactory, own: Partial<InferenceOptions> = {}) =>
  InferenceEngine.open({ ...options, ...own }, ['selfie', 'faceres'], new SimulatedClock(0), create);

/** A machine whose GPU takes some models and not others, or has none. */
function machine(refuses: (id: string) => CodedError | null) {
  const asked: { id: string; options: Partial<SessionOptions> | undefined }[] = [];
  const create: SessionFactory = async (id, given) => {
    asked.push({ id, options: given });
    const refusal = given?.executionProvider === 'cpu' ? null : refuses(id);
    if (refusal) throw refusal;
    const session = await fakeSessions({})(id);
    if (given?.executionProvider !== 'cpu')
      Object.assign(session, {
        placement: { asked: given?.executionProvider, nodes: { TensorrtExecutionProvider: 9 } },
      });
    return session;
  };
  return { asked, create };
}
const noLibrary = new CodedError('MODEL_PROVIDER_MISSING', { provider: 'tensorrt', reason: 'no shared library' });

describe('the engine of the inference process', () => {
  it('asks the provider of the show for each model, with device, precision and a folder for engines', async () => {
    const { asked, create } = machine(() => null);
    const engine = await open(create);
    await engine.session('selfie');
    expect(asked).toEqual([
      {
        id: 'selfie',
        options: {
          threads: 1,
          executionProvider: 'tensorrt',
          fp16: true,
          deviceId: 1,
          engineCacheFolder: '/state',
        },
      },
    ]);
    expect(engine.status(counts)).toMatchObject({
      asked: 'tensorrt',
      running: 'tensorrt',
      reason: null,
      models: [{ id: 'selfie', running: 'tensorrt', nodes: { TensorrtExecutionProvider: 9 } }],
      ...counts,
    });
  });

  it('goes on with the CPU where the provider is missing, and the status and its line say so with the reason', async () => {
    const { create } = machine(() => noLibrary);
    const engine = await open(create);
    await engine.session('selfie');
    await engine.session('faceres');
    const status = engine.status(counts);
    expect(status.asked).toBe('tensorrt');
    expect(status.running).toBe('cpu');
    expect(status.reason).toContain('no shared library');
    expect(engineText(status)).toMatch(/^cpu \(asked: tensorrt; .*no shared library/);
  });

  it('names both where only one model could not run on the provider', async () => {
    const unused = new CodedError('MODEL_PROVIDER_UNUSED', { provider: 'tensorrt', model: 'faceres', found: 'CPU' });
    const { create } = machine((id) => (id === 'faceres' ? unused : null));
    const engine = await open(create);
    await engine.session('selfie');
    await engine.session('faceres');
    expect(engine.status(counts).running).toBe('tensorrt + cpu');
    expect(engine.status(counts).reason).toContain('faceres');
  });

  it('does not hide any other fault of a model behind the CPU', async () => {
    const broken = new CodedError('MODEL_OUTPUT_TAMPERED', { file: 'selfie.onnx', found: 'a', expected: 'b' });
    const engine = await open(machine(() => broken).create);
    await expect(engine.session('selfie')).rejects.toMatchObject({ code: 'MODEL_OUTPUT_TAMPERED' });
  });

  it('uses the number of threads that the show names, for every model', async () => {
    const { asked, create } = machine(() => null);
    const engine = await open(create, { threads: 3, provider: 'cpu' });
    await engine.session('faceres');
    expect(asked[0]!.options).toEqual({ threads: 3, executionProvider: 'cpu' });
    expect(engine.status(counts)).toMatchObject({ threadsBy: 'show', models: [{ id: 'faceres', threads: 3 }] });
  });
});
