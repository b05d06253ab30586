import { type IpcChannel, ipcPath, listenIpc, type IpcMessage } from '../ipc/channel.js';
import { FaceDetector } from '../stages/keyframe/analysis/face-detector.js';
import { FaceMesher } from '../stages/keyframe/analysis/face-mesher.js';
import { IdentityEmbedder } from '../stages/keyframe/analysis/identity-embedder.js';
import { Matte } from '../stages/keyframe/analysis/matte.js';
import { machineClock } from '../time/clock.js';
import { markStart } from '../time/start-marks.js';
import { InferenceEngine } from './inference-engine.js';
import type { JobKinds } from './inference-jobs.js';
import type { InferenceOptions } from './inference-options.js';
import { InferenceQueue, type LanePriority } from './inference-queue.js';
import { engineText } from './inference-text.js';
import { keyframeJobs } from './keyframe-jobs.js';
import { NeuralHost } from './neural-host.js';

/**
 * The inference process: owns the ONNX Runtime sessions and serves all lanes, one request at a time, by priority. It may die
 * at any moment: lanes hold what they have and connect again.
 */
interface Lane {
  readonly id: string;
  readonly channel: IpcChannel;
  readonly priority: LanePriority;
}

const options = JSON.parse(process.argv[2]!) as InferenceOptions;
const meshModel = options.landmarks === 'best' ? 'facemesh-v2' : 'facemesh-attention';
const clock = machineClock;
const statusEveryMs = 1000;

markStart('code loaded');
const engine = await InferenceEngine.open(options, ['blazeface-wide', meshModel, 'faceres', 'selfie'], clock);
const detector = await FaceDetector.create(engine.session, {
  wide: true,
  whenNothingFound: 'alternate-quarter-turns',
});
const mesher = await FaceMesher.create(engine.session, meshModel);
const embedder = await IdentityEmbedder.create(engine.session);
const matte = await Matte.create(engine.session);

/** A further kind of request is a further row: `...likenessJobs(…)`. */
const kinds: JobKinds = keyframeJobs({ detector, mesher, embedder, matte }, clock);

const queue = new InferenceQueue<Lane>(clock, async (lane, message) => {
  if (!lane.channel.open) return;
  const { head, payload } = await kinds[message.head.type]!.run(message);
  lane.channel.send(head, payload);
});
const neural = new NeuralHost<Lane>(
  {
    executionProvider: options.provider,
    fp16: options.fp16,
    deviceId: options.deviceId,
    threads: options.threads ?? 1,
  },
  clock,
);
const lanes = new Set<Lane>();
const tell = (lane: Lane, type: 'ready' | 'engine'): boolean =>
  lane.channel.send({ type, engine: engine.status(queue) });

function take(lane: Lane, message: IpcMessage): void {
  const { head } = message;
  if (head.type === 'priority') {
    lane.priority.program = head['program'] === true;
    lane.priority.preview = head['preview'] === true;
    return;
  }
  if (neural.take(lane, message)) return;
  const kind = kinds[head.type];
  if (kind) queue.put(lane, kind.key(head), message);
}

const server = await listenIpc(ipcPath(options.runFolder, 'inference'), (channel) => {
  const lane: Lane = { id: '', channel, priority: { program: false, preview: false } };
  channel.onMessage = (message) => take(lane, message);
  channel.onClose = () => {
    queue.forget(lane);
    neural.forget(lane);
    lanes.delete(lane);
  };
  lanes.add(lane);
  tell(lane, 'ready');
});
setInterval(() => lanes.forEach((lane) => tell(lane, 'engine')), statusEveryMs).unref();
process.send?.({ type: 'ready', detail: engineText(engine.status(queue)) });
// The supervisor owns the order of closing; a lost supervisor ends this process too.
process.on('disconnect', () => process.exit(0));
process.on('SIGTERM', () => {
  server.close();
  neural.close();
  process.exit(0);
});
process.on('SIGINT', () => {});
