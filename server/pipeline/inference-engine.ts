import { CodedError } from '../errors/coded-error.js';
import { createSession, runtimeVersion } from '../onnx/ort.js';
import type { ModelSession, SessionFactory, SessionOptions } from '../onnx/port.js';
import { chooseThreads, type ThreadChoice } from '../onnx/thread-choice.js';
import type { InferenceStatus } from '../protocol/messages.js';
import type { Clock } from '../time/clock.js';
import type { InferenceOptions } from './inference-options.js';

/** Faults of the provider asked for, not of the model: with these the show goes on, on the CPU, and says so. */
const replaceable: readonly string[] = ['MODEL_PROVIDER_MISSING', 'MODEL_PROVIDER_UNUSED'];

/**
 * Opens models on the provider that the show asks for. A model that cannot run there runs on the CPU and the reason stands in
 * the status: a show is better slow than concealed, and nobody is left to believe that a GPU works.
 */
export class InferenceEngine {
  readonly #opened: { readonly id: string; readonly threads: number; readonly session: ModelSession }[] = [];
  #reason: string | null = null;

  private constructor(
    private readonly options: InferenceOptions,
    private readonly choice: ThreadChoice,
    private readonly create: SessionFactory,
  ) {}

  /** Chooses threads; opens nothing that stays open. `create` is the real door unless a test gives another. */
  static async open(
    options: InferenceOptions,
    models: readonly string[],
    clock: Clock,
    create: SessionFactory = createSession,
  ): Promise<InferenceEngine> {
    const { lanes, stateFolder, threads } = options;
    const choice: ThreadChoice =
      threads === null
        ? await chooseThreads({
            models,
            lanes,
            stateFolder,
            open: create,
            clock,
            runtimeVersion: await runtimeVersion(),
          })
        : { threads: Object.fromEntries(models.map((id) => [id, threads])), ms: {}, decidedBy: 'show' };
    return new InferenceEngine(options, choice, create);
  }

  /** Loads a model as the show wants it. Rejects with the codes of `createSession` but those of the provider. */
  readonly session: SessionFactory = async (id, own) => {
    const threads = own?.threads ?? this.choice.threads[id] ?? 1;
    const session = await this.#load(id, { ...own, threads });
    this.#opened.push({ id, threads, session });
    return session;
  };

  status(counts: Pick<InferenceStatus, 'served' | 'replaced' | 'failed'>): InferenceStatus {
    const { provider } = this.options;
    return {
      asked: provider,
      running: [...new Set(this.#opened.map(({ session }) => session.placement.asked))].join(' + ') || 'nothing yet',
      reason: this.#reason,
      threadsBy: this.choice.decidedBy,
      models: this.#opened.map(({ id, threads, session }) => ({
        id,
        running: session.placement.asked,
        threads,
        nodes: session.placement.nodes,
        msByThreads: this.choice.ms[id] ?? {},
      })),
      ...counts,
    };
  }

  async #load(id: string, own: Partial<SessionOptions>): Promise<ModelSession> {
    const { provider, fp16, deviceId, stateFolder } = this.options;
    if (provider !== 'cpu') {
      try {
        const engineCacheFolder = stateFolder;
        return await this.create(id, { ...own, executionProvider: provider, fp16, deviceId, engineCacheFolder });
      } catch (error) {
        if (!(error instanceof CodedError) || !replaceable.includes(error.code)) throw error;
        this.#reason ??= error.message;
      }
    }
    return this.create(id, { ...own, executionProvider: 'cpu' });
  }
}
