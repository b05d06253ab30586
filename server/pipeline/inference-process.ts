import { type IpcChannel, ipcPath, listenIpc, type IpcMessage } from '../ipc/channel.js';
import { createSession } from '../onnx/ort.js';
import { FaceDetector } from '../stages/keyframe/analysis/face-detector.js';
import { FaceMesher } from '../stages/keyframe/analysis/face-mesher.js';
import { IdentityEmbedder } from '../stages/keyframe/analysis/identity-embedder.js';
import { machineClock } from '../time/clock.js';
import type { JobKinds } from './inference-jobs.js';
import { InferenceQueue, type LanePriority } from './inference-queue.js';
import { keyframeJobs } from './keyframe-jobs.js';

/**
 * The inference process: owns the ONNX Runtime sessions and serves all lanes, one request at a time, by priority. It may die
 * at any moment: lanes hold what they have and connect again.
 */
interface Lane {
  readonly id: string;
  readonly channel: IpcChannel;
  readonly priority: LanePriority;
}

const runFolder = process.argv[2]!;
const meshModel = process.argv[3] === 'best' ? 'facemesh-v2' : 'facemesh-attention';
const clock = machineClock;

const detector = await FaceDetector.create(createSession, { session: { threads: 1 } });
const mesher = await FaceMesher.create(createSession, meshModel, { threads: 1 });
const embedder = await IdentityEmbedder.create(createSession, { threads: 1 });

/** A further kind of request is a further row: `...likenessJobs(…)`. */
const kinds: JobKinds = keyframeJobs({ detector, mesher, embedder }, clock);

const queue = new InferenceQueue<Lane>(async (lane, message) => {
  if (!lane.channel.open) return;
  const { head, payload } = await kinds[message.head.type]!.run(message);
  lane.channel.send(head, payload);
});

function take(lane: Lane, message: IpcMessage): void {
  const { head } = message;
  if (head.type === 'priority') {
    lane.priority.program = head['program'] === true;
    lane.priority.preview = head['preview'] === true;
    return;
  }
  const kind = kinds[head.type];
  if (kind) queue.put(lane, kind.key(head), message);
}

const server = await listenIpc(ipcPath(runFolder, 'inference'), (channel) => {
  const lane: Lane = { id: '', channel, priority: { program: false, preview: false } };
  channel.onMessage = (message) => take(lane, message);
  channel.onClose = () => queue.forget(lane);
  channel.send({ type: 'ready', models: ['blazeface-back', meshModel, 'faceres'] });
});
process.send?.({ type: 'ready' });
// The supervisor owns the order of closing; a lost supervisor ends this process too.
process.on('disconnect', () => process.exit(0));
process.on('SIGTERM', () => {
  server.close();
  process.exit(0);
});
process.on('SIGINT', () => {});
