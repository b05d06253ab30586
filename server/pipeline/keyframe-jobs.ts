import { invertAffine } from '../frame/geometry.js';
import type { IpcMessage } from '../ipc/channel.js';
import type { FaceDetector } from '../stages/keyframe/analysis/face-detector.js';
import type { FaceMesh, FaceMesher } from '../stages/keyframe/analysis/face-mesher.js';
import type { IdentityEmbedder } from '../stages/keyframe/analysis/identity-embedder.js';
import type { Matte } from '../stages/keyframe/analysis/matte.js';
import { cropSidePx } from '../stages/keyframe/analysis/picture.js';
import { cropFace, mapLandmarks, roiOfLandmarks } from '../stages/keyframe/analysis/region.js';
import type {
  DetectReply,
  DetectRequest,
  FaceReply,
  FaceRequest,
  MatteReply,
  MatteRequest,
} from '../stages/keyframe/contract.js';
import type { Clock } from '../time/clock.js';
import { since, toMs } from '../time/time.js';
import { bytesOf, type JobAnswer, type JobKinds } from './inference-jobs.js';

/** The models that the keyframe stage asks, each opened once. */
export interface KeyframeModels {
  readonly detector: FaceDetector;
  readonly mesher: FaceMesher;
  readonly embedder: IdentityEmbedder;
  readonly matte: Matte;
}

/** A crop with less of a face than this has no landmarks worth an identity. */
const leastPresence01 = 0.5;

/** A crop that is off by more than this (log of its scale, turn in rad, place as a share of its side) is cut anew. */
const mostOff = 0.06;

/**
 * Landmarks of a face in a crop, crop px. The model was taught faces that fill their crop as roiOfLandmarks frames them: after a detection or a quick
 * move they do not, and the model errs by more than a still face ever would. Then it is asked again about what it found.
 */
async function wellFramed(mesher: FaceMesher, rgb: Uint8Array): Promise<FaceMesh> {
  const first = await mesher.landmarks(rgb);
  if (first.presence01 < leastPresence01) return first;
  const toFramed = roiOfLandmarks(first.landmarks);
  const [a, b, x, c, d, y] = toFramed as unknown as [number, number, number, number, number, number];
  const half = cropSidePx / 2;
  const shiftX = (a * half + b * half + x - half) / cropSidePx,
    shiftY = (c * half + d * half + y - half) / cropSidePx;
  const off = Math.max(Math.abs(Math.log(Math.hypot(a, c))), Math.abs(Math.atan2(c, a)), Math.hypot(shiftX, shiftY));
  if (off < mostOff) return first;
  const picture = { data: rgb, widthPx: cropSidePx, heightPx: cropSidePx };
  const second = await mesher.landmarks(cropFace(picture, toFramed));
  if (second.presence01 < leastPresence01) return first;
  return { ...second, landmarks: mapLandmarks(second.landmarks, invertAffine(toFramed)) };
}

/** detect: where faces are. face: landmarks, and who it is where asked. matte: what of a face's crop is the person. */
export const keyframeJobs = (models: KeyframeModels, clock: Clock): JobKinds => ({
  detect: {
    key: () => 'detect',
    run: ({ head, payload }) => detect(models, clock, head as unknown as DetectRequest, payload),
  },
  face: {
    key: (head) => `face ${String(head['faceId'])}`,
    run: ({ head, payload }) => analyse(models, clock, head as unknown as FaceRequest, payload),
  },
  matte: {
    key: (head) => `matte ${String(head['faceId'])}`,
    run: async ({ head, payload }) => {
      const { faceId, trackNumber, frameNumber } = head as unknown as MatteRequest;
      const reply: MatteReply = { type: 'matte', faceId, trackNumber, frameNumber };
      return { head: { ...reply }, payload: await models.matte.person(payload) };
    },
  },
});

async function detect(
  { detector }: KeyframeModels,
  clock: Clock,
  request: DetectRequest,
  rgb: IpcMessage['payload'],
): Promise<JobAnswer> {
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
    startedAtUs,
    inferenceMs: toMs(since(clock.nowUs(), startedAtUs)),
  };
  return { head: { ...reply } };
}

async function analyse(
  { mesher, embedder }: KeyframeModels,
  clock: Clock,
  request: FaceRequest,
  rgb: IpcMessage['payload'],
): Promise<JobAnswer> {
  const startedAtUs = clock.nowUs();
  const { landmarks, presence01 } = await wellFramed(mesher, rgb);
  const wantIdentity = request.wantIdentity && presence01 >= leastPresence01;
  const identity = wantIdentity ? await embedder.embed(rgb, landmarks) : null;
  const reply: FaceReply = {
    type: 'face',
    faceId: request.faceId,
    trackNumber: request.trackNumber,
    frameNumber: request.frameNumber,
    captureAtUs: request.captureAtUs,
    presence01,
    hasIdentity: identity !== null,
    startedAtUs,
    inferenceMs: toMs(since(clock.nowUs(), startedAtUs)),
  };
  const payload = identity ? Buffer.concat([bytesOf(landmarks), bytesOf(identity)]) : bytesOf(landmarks);
  return { head: { ...reply }, payload };
}
