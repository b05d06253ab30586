import { join } from 'node:path';
import { type IpcMessage, ipcPath } from '../ipc/channel.js';
import { BlendKernel } from '../kernels/blend.js';
import { ConcealKernel } from '../kernels/conceal.js';
import { KernelMemory } from '../kernels/memory.js';
import { OcclusionKernel } from '../kernels/occlusion.js';
import { PatchKernel } from '../kernels/patch.js';
import { PictureKernel } from '../kernels/picture.js';
import { loadRasterKernel } from '../kernels/raster.js';
import { RegionKernel } from '../kernels/region.js';
import { LumaStats } from '../kernels/stats.js';
import { loadCanonicalFace } from '../likeness/mesh/canonical.js';
import { MeshCanvas } from '../likeness/mesh/canvas.js';
import { loadCameraKernel } from '../kernels/camera.js';
import { loadIrisKernel } from '../kernels/iris.js';
import type { NdiPort } from '../ndi/port.js';
import type { ReceiveEvents } from '../stages/receive/contract.js';
import { CompositeStage } from '../stages/composite/stage.js';
import { FlowClient, type FlowEvents } from '../stages/keyframe/flow-client.js';
import { PatchClient, type PatchEvents } from '../stages/keyframe/patch-client.js';
import { KeyframeClient, type KeyframeEvents } from '../stages/keyframe/stage.js';
import { LabelStage } from '../stages/label/stage.js';
import { withSurround } from '../frame/face-surround.js';
import { neighboursOf } from '../frame/mesh-neighbours.js';
import { PatchCarrier } from '../stages/propagate/patch-carrier.js';
import { RefinedFlow } from '../stages/propagate/refined-flow.js';
import { FlowPropagator } from '../stages/propagate/stage.js';
import { ReceiveStage } from '../stages/receive/stage.js';
import type { SendEvents } from '../stages/send/contract.js';
import { SendStage } from '../stages/send/stage.js';
import { faceSlots } from '../stages/track/contract.js';
import { TrackStage } from '../stages/track/stage.js';
import { surfaceCount } from '../frame/face-track.js';
import type { Clock } from '../time/clock.js';
import type { LaneOptions } from './lane-options.js';
import type { LaneParams } from './lane-params.js';
import type { Monitors } from './monitors.js';
import { wireMonitors } from './wire-monitors.js';
import { LikenessShelf } from './likeness-shelf.js';
import { FaceRegions } from './regions.js';

/**
 * The composition root: the only file that knows two stages. A lane is one process with one frame at a time; the queues are
 * libndi's receive queue (keeps the newest), the keyframe request per face (capacity 1, keep latest, at the inference
 * process) and the send stage's delay line (declared length, nothing dropped).
 *
 *   stage      takes                          gives                       thread             queue in front
 *   receive    NDI source                     NdiVideoFrame, zero copy    libndi, libuv      libndi, newest kept
 *   track      detections, identities         FaceTracks, keyframe wishes lane's main        none
 *   propagate  region in kernel memory        landmarks in this picture   lane's main        none
 *   keyframe   256² crop by IPC               landmarks, identity         inference process  1 per face, keep latest
 *              512² crop by IPC               neural face, RGBA           a process each     1 per face, keep latest
 *              two 256² crops by IPC          flow between them           a process          1 per face, keep latest
 *   composite  frame, regions, engines        CompositedFrame, in place   lane's main        none
 *   label      CompositedFrame                LabelledFrame               lane's main        none
 *   send       LabelledFrame                  NDI out, buffer given back  libndi             delayFrames, in order
 *   monitors   copies of plain and shown      LabelledFrames, sent        lane's main, after none: a late one is dropped
 *              picture                                                    the programme
 */
export interface LaneParts {
  readonly memory: KernelMemory;
  readonly stats: LumaStats;
  readonly region: RegionKernel;
  readonly regions: FaceRegions;
  readonly receive: ReceiveStage;
  readonly track: TrackStage;
  readonly propagate: FlowPropagator;
  readonly keyframe: KeyframeClient;
  readonly patches: PatchClient;
  readonly carrier: PatchCarrier;
  readonly flow: FlowClient;
  readonly refinedFlow: RefinedFlow;
  readonly composite: CompositeStage;
  readonly label: LabelStage;
  readonly send: SendStage;
  /** Further outputs, made after `send`. */
  readonly monitors: Monitors;
  readonly shelf: LikenessShelf;
}

/** What the parts tell the lane. */
export interface LaneEventsOfParts {
  readonly receive: ReceiveEvents;
  readonly keyframe: Omit<KeyframeEvents, 'onOther'>;
  readonly patches: PatchEvents;
  readonly flow: FlowEvents;
  readonly send: SendEvents;
  readonly likenessFault: (what: string, reason: string) => void;
  readonly lutFault: (file: string, reason: string) => void;
}

const xmlText = (text: string): string => text.replace(/&/g, '&amp;').replace(/"/g, '&quot;').replace(/</g, '&lt;');
export const productXml = (version: string): string =>
  `<ndi_product long_name="Understudy virtual-production server" short_name="Understudy" manufacturer="Understudy" version="${version}" model_name="Understudy" serial="" session_name=""/>`;

export function wireLane(
  options: LaneOptions,
  ndi: NdiPort,
  clock: Clock,
  params: LaneParams,
  events: LaneEventsOfParts,
): LaneParts {
  const memory = new KernelMemory(640);
  const region = new RegionKernel(memory);
  const blend = new BlendKernel(memory);
  const conceal = new ConcealKernel(memory);
  const picture = new PictureKernel(memory);
  const canonical = loadCanonicalFace();
  const occlusion = new OcclusionKernel(memory, withSurround(canonical));
  const canvas = new MeshCanvas(
    memory,
    loadRasterKernel(memory),
    blend,
    loadIrisKernel(memory),
    loadCameraKernel(memory),
    canonical,
  );
  const webControl =
    options.webControl === null ? [] : [`<ndi_capabilities web_control="${xmlText(options.webControl)}"/>`];
  const patchKernel = new PatchKernel(memory);
  const carrier = new PatchCarrier(memory, patchKernel, faceSlots);
  const keyframeEvents: KeyframeEvents = {
    ...events.keyframe,
    onOther: (message) => void (flow.take(message) || patches.take(message)),
    onUp: () => {
      patches.opened();
      flow.opened();
      events.keyframe.onUp();
    },
    onDown: () => {
      patches.lost();
      flow.lost();
      events.keyframe.onDown();
    },
  };
  const inferencePath = ipcPath(options.runFolder, 'inference');
  const keyframe: KeyframeClient = new KeyframeClient(memory, region, inferencePath, keyframeEvents, faceSlots);
  const send = (head: IpcMessage['head'], payload?: Uint8Array): boolean => keyframe.send(head, payload);
  const patches = new PatchClient(memory, region, send, events.patches, faceSlots);
  const flow = new FlowClient(memory, region, send, events.flow, faceSlots);
  return {
    memory,
    region,
    stats: new LumaStats(memory),
    regions: new FaceRegions(memory, faceSlots),
    receive: new ReceiveStage(
      ndi,
      clock,
      {
        sourceName: options.source.name,
        url: options.source.url,
        receiverName: `Understudy ${options.laneId}`,
        groups: options.groups,
        productXml: productXml(options.version),
        deepColor: options.deepColor,
      },
      events.receive,
    ),
    track: new TrackStage(canonical.positions),
    propagate: new FlowPropagator(
      memory,
      region,
      occlusion,
      neighboursOf(canonical.triangles, surfaceCount),
      faceSlots,
    ),
    keyframe,
    patches,
    carrier,
    flow,
    refinedFlow: new RefinedFlow(memory),
    composite: new CompositeStage({ memory, blend, conceal, picture, occlusion }),
    label: new LabelStage(),
    send: new SendStage(
      ndi,
      clock,
      {
        outputName: options.outputName,
        groups: options.groups,
        connectionMetadata: [productXml(options.version), ...webControl],
        failover: options.failover,
      },
      events.send,
    ),
    monitors: wireMonitors(options, ndi, clock, params, {
      memory,
      picture,
      onLutFault: events.lutFault,
      product: productXml(options.version),
    }),
    shelf: new LikenessShelf(
      {
        memory,
        canvas,
        patches: patchKernel,
        patchesOf: (faceId) => carrier.of(faceId),
        wantEngine: (key, spec) => patches.want(key, spec),
        dropEngine: (key) => patches.drop(key),
      },
      {
        cacheFolder: join(options.stateFolder, 'prepared'),
        scope: options.consentScope,
        engines: options.engines ?? null,
      },
      events.likenessFault,
    ),
  };
}
