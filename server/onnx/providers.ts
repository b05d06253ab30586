import type { InferenceSession } from 'onnxruntime-node';
import type { ExecutionProvider, SessionOptions } from './port.js';

/** Our names → the runtime's. */
const runtimeNames: Readonly<Record<ExecutionProvider, string>> = {
  cpu: 'cpu',
  cuda: 'cuda',
  tensorrt: 'tensorrt',
  coreml: 'coreml',
  directml: 'dml',
  webgpu: 'webgpu',
};

/** What the runtime calls each provider in its profile. */
export const profileNames: Readonly<Record<ExecutionProvider, string>> = {
  cpu: 'CPUExecutionProvider',
  cuda: 'CUDAExecutionProvider',
  tensorrt: 'TensorrtExecutionProvider',
  coreml: 'CoreMLExecutionProvider',
  directml: 'DmlExecutionProvider',
  webgpu: 'WebGpuExecutionProvider',
};

/** CoreML's flag word: run partial graphs too, prefer static shapes. The values are fixed by its C header. */
const coremlOnSubgraph = 0x002;
const coremlStaticShapes = 0x008;

type ProviderOption = InferenceSession.ExecutionProviderConfig;

function providerOption({ executionProvider, deviceId }: SessionOptions): ProviderOption {
  const name = runtimeNames[executionProvider];
  switch (executionProvider) {
    case 'cpu':
      return name;
    case 'cuda':
    case 'tensorrt':
    case 'directml':
      return { name, deviceId } as ProviderOption;
    case 'coreml':
      return { name, coreMlFlags: coremlOnSubgraph | coremlStaticShapes } as ProviderOption;
    case 'webgpu':
      return { name, preferredLayout: 'NCHW' } as ProviderOption;
  }
}

/**
 * The Node binding hands a provider no more than its device; everything else reaches it through session configuration, under
 * `ep.<provider in small letters>.<option>`.
 */
function configuration({ executionProvider, fp16, engineCacheFolder }: SessionOptions): Record<string, unknown> {
  // Spinning threads of several sessions starve each other: 57 ms became 141 ms for a keyframe on two cores.
  const session = { intra_op: { allow_spinning: '0' }, inter_op: { allow_spinning: '0' } };
  if (executionProvider !== 'tensorrt') return { session };
  const cache =
    engineCacheFolder === null
      ? {}
      : {
          trt_engine_cache_enable: '1',
          trt_engine_cache_path: engineCacheFolder,
          trt_timing_cache_enable: '1',
          trt_timing_cache_path: engineCacheFolder,
        };
  return { session, ep: { tensorrtexecutionprovider: { trt_fp16_enable: fp16 ? '1' : '0', ...cache } } };
}

/** Providers behind the one asked for, nearest first: TensorRT leaves what it cannot build to CUDA. The CPU is always last. */
const behind: Readonly<Partial<Record<ExecutionProvider, ExecutionProvider>>> = { tensorrt: 'cuda' };

/** Our options → ONNX Runtime's. */
export function runtimeOptions(options: SessionOptions): InferenceSession.SessionOptions {
  const next = behind[options.executionProvider];
  return {
    executionProviders: [
      providerOption(options),
      ...(next === undefined ? [] : [providerOption({ ...options, executionProvider: next })]),
    ],
    intraOpNumThreads: options.threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    // 'all' brings the blocked (NCHWc) layout, worth a factor of two over 'extended'.
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3,
    extra: configuration(options),
  };
}

/** Counts, from the text of a runtime profile (Trace Event JSON), the graph nodes that each provider ran. */
export function nodesByProvider(profile: string): Record<string, number> {
  const nodes: Record<string, Set<string>> = {};
  for (const event of JSON.parse(profile) as { cat?: string; args?: { provider?: string; node_index?: string } }[]) {
    const provider = event.args?.provider;
    if (event.cat !== 'Node' || provider === undefined || provider === '') continue;
    (nodes[provider] ??= new Set()).add(event.args?.node_index ?? '');
  }
  return Object.fromEntries(Object.entries(nodes).map(([provider, indices]) => [provider, indices.size]));
}
