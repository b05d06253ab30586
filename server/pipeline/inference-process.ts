import { type IpcChannel, ipcPath, listenIpc, type IpcMessage } from '../ipc/channel.js';
import { createSession } from '../onnx/ort.js';
import { FaceDetector } from '../stages/keyframe/analysis/face-detector.js';
import { FaceMesher } from '../stages/keyframe/analysis/face-mesher.js';
import { IdentityEmbedder } from '../stages/keyframe/analysis/identity-embedder.js';
import type { DetectReply, DetectRequest, FaceReply, FaceRequest } from '../stages/keyframe/contract.js';
import { machineClock } from '../time/clock.js';
import { since, toMs } from '../time/time.js';
import { InferenceQueue, type LanePriority } from './inference-queue.js';

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

async function detect(lane: Lane, request: DetectRequest, rgb: Uint8Array): Promise<void> {
  const startedAtUs = clock.nowUs();
  const found = await detector.detect(rgb, request.widthPx, request.heightPx);
  const reply: DetectReply = {
    type: 'detected',
    frameNumber: request.frameNumber,
    faces: found.map((face) => ({
      box: [face.box.x0, face.box.y0, face.box.x1, face.box.y1],
      keyPoints: Array.from(face.keyPoints),
      score01: face.score01,
    })),
    inferenceMs: toMs(since(clock.nowUs(), startedAtUs)),
  };
  lane.channel.send({ ...reply });
}

async function analyse(lane: Lane, request: FaceRequest, rgb: Uint8Array): Promise<void> {
  const startedAtUs = clock.nowUs();
  const { landmarks, presence01 } = await mesher.landmarks(rgb);
  const wantIdentity = request.wantIdentity && presence01 >= 0.5;
  const identity = wantIdentity ? await embedder.embed(rgb, landmarks) : null;
  const reply: FaceReply = {
    type: 'face',
    faceId: request.faceId,
    trackNumber: request.trackNumber,
    frameNumber: request.frameNumber,
    captureAtUs: request.captureAtUs,
    presence01,
    hasIdentity: identity !== null,
    inferenceMs: toMs(since(clock.nowUs(), startedAtUs)),
  };
  const bytes = (data: Float32Array): Uint8Array => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const payload = identity ? Buffer.concat([bytes(landmarks), bytes(identity)]) : bytes(landmarks);
  lane.channel.send({ ...reply }, payload);
}

const queue = new InferenceQueue<Lane>(async (lane, message) => {
  if (!lane.channel.open) return;
  if (message.head.type === 'detect') await detect(lane, message.head as unknown as DetectRequest, message.payload);
  else await analyse(lane, message.head as unknown as FaceRequest, message.payload);
});

function take(lane: Lane, message: IpcMessage): void {
  switch (message.head.type) {
    case 'priority':
      lane.priority.program = message.head['program'] === true;
      lane.priority.preview = message.head['preview'] === true;
      return;
    case 'detect':
      return queue.put(lane, 'detect', message);
    case 'face':
      return queue.put(lane, `face ${String(message.head['faceId'])}`, message);
    default:
  }
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
