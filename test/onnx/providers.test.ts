import { beforeAll, describe, expect, it } from 'vitest';
import { CodedError } from '../../server/errors/coded-error.js';
import { builtInProviders, createSession, loadRuntime, openModel } from '../../server/onnx/ort.js';
import { PlacementProfile } from '../../server/onnx/placement.js';
import { defaultSessionOptions, executionProviders, type SessionOptions } from '../../server/onnx/port.js';
import { nodesByProvider, runtimeOptions } from '../../server/onnx/providers.js';
import { readVerifiedModel } from '../../models/verify.js';
import { ensureModels } from '../models/ready.js';

beforeAll(() => ensureModels('blazeface-back'));

const asked = (options: Partial<SessionOptions>) => runtimeOptions({ ...defaultSessionOptions, ...options });

describe('what is asked of ONNX Runtime', () => {
  it('names each provider as the runtime does, with the device, and nothing that it refuses', () => {
    const named = executionProviders.map((executionProvider) =>
      asked({ executionProvider, deviceId: 1 }).executionProviders!.map((one) => one),
    );
    expect(named).toEqual([
      ['cpu'],
      [{ name: 'cuda', deviceId: 1 }],
      [
        { name: 'tensorrt', deviceId: 1 },
        { name: 'cuda', deviceId: 1 },
      ],
      [{ name: 'coreml', coreMlFlags: 0x00a }],
      [{ name: 'dml', deviceId: 1 }],
      [{ name: 'webgpu', preferredLayout: 'NCHW' }],
    ]);
  });

  it('gives TensorRT half precision and a cache for its engines, and only TensorRT', () => {
    const options = { fp16: true, engineCacheFolder: '/state/engines' };
    expect(asked({ ...options, executionProvider: 'tensorrt' }).extra!['ep']).toEqual({
      tensorrtexecutionprovider: {
        trt_fp16_enable: '1',
        trt_engine_cache_enable: '1',
        trt_engine_cache_path: '/state/engines',
        trt_timing_cache_enable: '1',
        trt_timing_cache_path: '/state/engines',
      },
    });
    expect(asked({ executionProvider: 'tensorrt' }).extra!['ep']).toEqual({
      tensorrtexecutionprovider: { trt_fp16_enable: '0' },
    });
    for (const executionProvider of ['cpu', 'cuda'] as const)
      expect(asked({ ...options, executionProvider }).extra!['ep']).toBeUndefined();
  });

  it('never lets threads spin, whatever the number', () => {
    for (const threads of [1, 2, 8]) {
      const options = asked({ threads });
      expect(options.intraOpNumThreads).toBe(threads);
      expect(options.extra!['session']).toEqual({
        intra_op: { allow_spinning: '0' },
        inter_op: { allow_spinning: '0' },
      });
    }
  });
});

describe('a provider that cannot be used here', () => {
  it('is refused by name with the reason and advice, and the model does not run on the CPU instead', async () => {
    const model = readVerifiedModel('blazeface-back');
    const builtIn = await builtInProviders();
    // Whichever of them this build does not know at all: there is always one, since no platform has all.
    const unknown = executionProviders.find((provider) => !builtIn.includes(provider))!;
    const refused = await openModel(model, { executionProvider: unknown }).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(CodedError);
    const { code, message, advice } = refused as CodedError;
    expect(code).toBe('MODEL_PROVIDER_MISSING');
    expect(message).toContain(`Models cannot run on "${unknown}" here: `);
    expect(message.length).toBeGreaterThan(60);
    expect(advice).toContain('doctor');
    expect(advice).toContain(`"${unknown}"`);
  });
});

describe('what really runs', () => {
  it('is counted from the profile that the runtime writes while the model runs', async () => {
    const { InferenceSession, Tensor } = await loadRuntime();
    const { manifest, bytes } = readVerifiedModel('blazeface-back');
    const profile = new PlacementProfile();
    const session = await InferenceSession.create(bytes, { ...asked({}), ...profile.options });
    const { name, shape } = manifest.inputs[0]!;
    const side = shape[1]!;
    await session.run({ [name]: new Tensor('float32', new Float32Array(side * side * 3), shape) });
    const placement = profile.read(session, 'blazeface-back', 'cpu');
    expect(Object.keys(placement.nodes)).toEqual(['CPUExecutionProvider']);
    expect(placement.nodes['CPUExecutionProvider']).toBeGreaterThan(50);
    profile.remove();
    await session.release();
  });

  it('is an error where the provider asked for ran no node at all', async () => {
    const { InferenceSession } = await loadRuntime();
    const profile = new PlacementProfile();
    const session = await InferenceSession.create(readVerifiedModel('blazeface-back').bytes, profile.options);
    expect(() => profile.read(session, 'blazeface-back', 'cuda')).toThrow(
      'The execution provider "cuda" took no part of the model "blazeface-back"',
    );
    profile.remove();
    await session.release();
  });

  it('counts a node once however often it ran, and names each provider', () => {
    const event = (node: number, provider: string) => ({
      cat: 'Node',
      args: { node_index: String(node), provider },
    });
    const events = [
      { cat: 'Session', args: {} },
      event(0, 'CUDAExecutionProvider'),
      event(1, 'CUDAExecutionProvider'),
      event(1, 'CUDAExecutionProvider'),
      event(2, 'CPUExecutionProvider'),
      { cat: 'Node', args: { node_index: '3', provider: '' } },
    ];
    expect(nodesByProvider(JSON.stringify(events))).toEqual({ CUDAExecutionProvider: 2, CPUExecutionProvider: 1 });
  });

  it('costs the CPU nothing: no profile is made there', async () => {
    const session = await createSession('blazeface-back');
    expect(session.placement).toEqual({ asked: 'cpu', nodes: {} });
    await session.close();
  });
});
