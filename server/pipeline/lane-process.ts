import { join } from 'node:path';
import type { ErrorContext } from '../errors/coded-error.js';
import type { ErrorCode } from '../errors/registry.js';
import { IpcClient, ipcPath, type IpcMessage } from '../ipc/channel.js';
import { openLibndi } from '../ndi/libndi.js';
import { encodeMesh } from '../protocol/binary.js';
import type { ParamAddress, ParamValue } from '../protocol/descriptors.js';
import type { ControlToLane, LaneToControl } from '../protocol/lane-link.js';
import { machineClock } from '../time/clock.js';
import { markStart } from '../time/start-marks.js';
import { watchCollections } from '../time/collections.js';
import { after } from '../time/time.js';
import { BypassDoor } from './bypass-door.js';
import { EngineAlarms } from './engine-alarms.js';
import { Lane } from './lane.js';
import { LaneCasting } from './lane-casting.js';
import { LaneAlarms } from './lane-alarms.js';
import type { LaneOptions } from './lane-options.js';
import { LaneParams } from './lane-params.js';
import { laneStatus, timecodeText } from './lane-status.js';
import { exitInOrder } from './orderly-exit.js';
import { Previews } from './previews.js';
import { TraceDoor } from './trace-door.js';

/** One camera's process: the lane, its link to control, its bypass door. */
const options = JSON.parse(process.argv[2]!) as LaneOptions;
const clock = machineClock;
const statusEveryMs = 100;
const meshEveryUs = 60_000;

markStart('code loaded');
const ndi = openLibndi({
  clock,
  network: {
    interfaceAddresses: options.interfaceAddresses,
    discoveryServers: options.discoveryServers,
    askAddresses: options.askAddresses,
    ...(options.machineName === null ? {} : { machineName: options.machineName }),
  },
  configFolder: join(options.runFolder, `ndi-${options.laneId}`),
});
markStart('libndi open');
const params = new LaneParams(
  options.laneId,
  options.stateFolder,
  options.values,
  (options.monitors ?? []).map(({ id }) => id),
);
const changedAtLane = new Set<string>();
let version = 0;

const say = (message: LaneToControl, payload?: Uint8Array): boolean =>
  control.channel?.send(message as unknown as IpcMessage['head'], payload) ?? false;

const alarms = new LaneAlarms(options.laneId, clock, (told) => say({ type: 'alarm', ...told }));
const alarm = (code: ErrorCode, context: ErrorContext, active = true): void => alarms.set(code, context, active);
const engineAlarms = new EngineAlarms(alarms);

let meshAtUs = 0;
const lane: Lane = new Lane(options, ndi, clock, params, {
  onSourceState(state, previous) {
    const context = { source: options.source.name };
    alarm('NDI_SOURCE_LOST', context, state === 'lost');
    if (state === 'receiving') markStart('first picture came');
    if (state === 'receiving') alarm('NDI_SOURCE_ABSENT', context, false);
    if (state === 'receiving' && previous === 'lost') {
      alarm('NDI_SOURCE_BACK', context);
      alarm('NDI_SOURCE_BACK', context, false);
    }
  },
  onSourceChanged(before, after) {
    alarm('NDI_SOURCE_CHANGED', { source: options.source.name, before, after });
    alarm('NDI_SOURCE_CHANGED', {}, false);
  },
  onLoad(level) {
    previews.stretch = lane.state.load.previewStretch;
    alarm('LANE_OVERLOADED', {}, false);
    alarm('LANE_OVERLOADED', { lane: options.laneId, level }, level > 0);
  },
  onEnrolled: ({ performerId, identityFile, bakeFile }, by) => {
    say({ type: 'enrolled', performerId, identityFile, bakeFile, by });
    casting.follow();
  },
  onEnrolRefused: (performerId, reason, by) => say({ type: 'enrol-refused', performerId, reason, by }),
  onDelayMeasured: (frames) => change({ [params.delayAddress]: frames }, 'measured delay'),
  onInference(up) {
    alarm('INFERENCE_DOWN', {}, !up);
    // Stands for as long as models run elsewhere than the show says.
    const { asked = '', reason = null } = lane.parts.keyframe.engine ?? {};
    alarm('INFERENCE_PROVIDER_REPLACED', { asked, reason: reason ?? '' }, up && reason !== null);
  },
  onEngine: (key, reason) => engineAlarms.report(key, reason),
  onAlarm(code, context) {
    alarm(code, context);
    setTimeout(() => alarm(code, context, false), 5000).unref();
  },
  beforeComposite: (frame) => previews.offer('input', frame, lane.state.timecode100ns),
  afterSend(frame) {
    previews.offer('output', frame, lane.state.timecode100ns);
    if (!shown) noteShown();
    if (previews.wish.meshes && frame.captureAtUs - meshAtUs > meshEveryUs) {
      meshAtUs = frame.captureAtUs;
      sendMeshes(frame.shape.widthPx, frame.shape.heightPx, frame.frameNumber, frame.captureAtUs);
    }
  },
});

/** Told once each: the first picture of the camera that left, and the first one with the likeness. */
let shown = false;
let pictureLeft = false;
function noteShown(): void {
  if (lane.step === 'slate') return;
  if (!pictureLeft) markStart(`first picture left: ${lane.step}`);
  pictureLeft = true;
  shown = lane.step === 'likeness';
  if (shown) markStart('first likeness left');
}
const previews = new Previews(
  lane.parts.memory,
  lane.parts.region,
  (which, { frameNumber, captureAtUs, timecode100ns }, jpeg) => {
    // A control process that cannot keep up gets fewer pictures, not a growing queue.
    if ((control.channel?.backlogBytes ?? 0) > 1_000_000) return;
    const { frameRateNum, frameRateDen } = lane.state.lastShape;
    const timecode = timecodeText(timecode100ns, frameRateNum, frameRateDen);
    say({ type: 'preview', laneId: options.laneId, which, frameNumber, captureAtUs, timecode }, jpeg);
  },
);

function sendMeshes(widthPx: number, heightPx: number, frameNumber: number, captureAtUs: number): void {
  for (const face of lane.parts.track.faces) {
    if (!face.active || face.keyframeFrame < 0) continue;
    const points = new Float32Array(face.landmarks.length);
    for (let i = 0; i < points.length; i += 3) {
      points[i] = face.landmarks[i]! / widthPx;
      points[i + 1] = face.landmarks[i + 1]! / heightPx;
      points[i + 2] = face.landmarks[i + 2]! / widthPx;
    }
    const mesh = encodeMesh({
      laneId: options.laneId,
      faceId: face.faceId,
      frameNumber,
      captureAtUs,
      confidence01: face.confidence01,
      aspect: widthPx / heightPx,
      points,
    });
    say({ type: 'mesh', laneId: options.laneId }, mesh);
  }
}

const casting = new LaneCasting(lane, options.performers, () => params.snapshot.likeness.id);

const control: IpcClient = new IpcClient(ipcPath(options.runFolder, 'control'), {
  onOpen() {
    say({
      type: 'lane-hello',
      laneId: options.laneId,
      pid: process.pid,
      values: params.values,
      changedAtLane: [...changedAtLane],
      version,
    });
    alarms.again();
  },
  onMessage({ head }) {
    const message = head as unknown as ControlToLane;
    switch (message.type) {
      case 'params':
        params.apply(message.values);
        if (message.values[params.bypassAddress] === true) lane.bypassHeld();
        version = message.version;
        changedAtLane.clear();
        casting.followRuling();
        followDelayFrom();
        return;
      case 'wall-regions':
        lane.parts.track.walls.set(message.polygons);
        return;
      case 'enrol':
        lane.enrolment.begin(message);
        return;
      case 'cue':
        lane.parts.monitors.cue = message.text;
        return;
      case 'want-previews':
        previews.wish = message;
        return;
      default:
        casting.take(message);
    }
  },
  onLost: () => {},
});

/** A value that the lane changes by itself; control and its journal hear of it now or when they are back. */
function change(values: Readonly<Record<ParamAddress, ParamValue>>, by: string): void {
  params.apply(values);
  for (const address of Object.keys(values) as ParamAddress[]) changedAtLane.add(address);
  say({ type: 'lane-changed', values, by });
}
function bypass(on: boolean): void {
  change({ [params.bypassAddress]: on }, 'bypass door');
  if (on) lane.bypassHeld();
}
let delayFrom = 'declared';
/** A delay that is to be measured is measured once: at start, and whenever the choice is made anew. */
function followDelayFrom(): void {
  const wanted = params.snapshot.send.delayFrom;
  if (wanted === delayFrom) return;
  delayFrom = wanted;
  if (wanted === 'measured') lane.delayChoice.begin();
  else lane.delayChoice.cancel();
}
const door = new BypassDoor(options.bypassPort, bypass, (error) =>
  alarm('BYPASS_DOOR_CLOSED', { port: options.bypassPort, reason: error.message }),
);

const traceDoor = new TraceDoor(options.runFolder, options.laneId, lane);
void traceDoor.open();
watchCollections((kind, startedAtUs, lastedUs) => {
  lane.counters[`garbage.${kind}`]!++;
  lane.counters['garbage.us']! += lastedUs;
  lane.meters.trace.add('garbage', startedAtUs, after(startedAtUs, lastedUs), 0, kind === 'major' ? 1 : 0);
});

let echoed = '';
/** Every receiver learns what all of them together do with our picture. */
function echoTally(onProgram: boolean, onPreview: boolean): void {
  const xml = `<ndi_tally_echo on_program="${onProgram}" on_preview="${onPreview}"/>`;
  if (xml === echoed) return;
  echoed = xml;
  lane.parts.send.sendMetadata(xml);
}

let lateSeen = 0;
const statusTimer = setInterval(() => {
  const { send, receive, keyframe } = lane.parts;
  const tally = lane.tally();
  receive.setTally(tally);
  echoTally(tally.onProgram, tally.onPreview);
  keyframe.setPriority(tally.onProgram, tally.onPreview);
  for (const { xml } of send.takeMetadata()) receive.sendMetadata(xml);
  if (send.framesLate > lateSeen)
    alarm('DELAY_NOT_KEPT', { frames: params.snapshot.send.delayFrames, late: send.framesLate });
  else alarm('DELAY_NOT_KEPT', {}, false);
  lateSeen = send.framesLate;
  engineAlarms.keepOnly(lane.parts.shelf.wanted);
  lane.counters['preview.skipped'] = previews.skipped;
  lane.counters['preview.givenUp'] = previews.givenUp;
  say({ type: 'lane-status', status: laneStatus(lane, options, params, clock), histograms: lane.meters.report() });
}, statusEveryMs);
// A camera that is not there when the show starts is worth an alarm once libndi had its time to connect.
setTimeout(() => {
  if (lane.parts.receive.state === 'absent') alarm('NDI_SOURCE_ABSENT', { source: options.source.name });
}, 2000).unref();
casting.followRuling();
followDelayFrom();

const close = exitInOrder(
  () => {
    clearInterval(statusTimer);
    door.close();
    traceDoor.close();
    lane.close();
    control.close();
  },
  () => ndi.close(),
);
process.on('message', (message: { type?: string }) => {
  if (message.type === 'close') close();
});
process.send?.({ type: 'ready', outputName: lane.parts.send.sourceName });
markStart('wired');
void lane.loaded.then(() => markStart('likenesses loaded'));
await lane.run();
