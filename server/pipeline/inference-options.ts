import type { ExecutionProvider } from '../onnx/port.js';

/** All that the inference process is started with, as JSON; a restarted one gets the same. */
export interface InferenceOptions {
  /** Folder of the run's sockets. */
  readonly runFolder: string;
  /** Folder for what must survive: measured thread counts, engines that a provider built. */
  readonly stateFolder: string;
  /** 'fast': FaceMesh with attention. 'best': FaceMesh V2. */
  readonly landmarks: 'fast' | 'best';
  readonly provider: ExecutionProvider;
  readonly fp16: boolean;
  readonly deviceId: number;
  /** Threads of one run; null: chosen by measurement. */
  readonly threads: number | null;
  /** Lanes that it serves: each keeps a core of its own. */
  readonly lanes: number;
}
