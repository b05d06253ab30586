import { join } from 'node:path';
import { IpcClient, ipcPath, type IpcMessage } from '../ipc/channel.js';
import { multiviewParams } from '../monitors/multiview-params.js';
import { slateParams } from '../monitors/params.js';
import { openLibndi } from '../ndi/libndi.js';
import { snapshotOf } from '../params/define.js';
import type { ParamAddress, ParamValue } from '../protocol/descriptors.js';
import type { ControlToMultiview, MultiviewToControl } from '../protocol/multiview-link.js';
import { machineClock } from '../time/clock.js';
import { since } from '../time/time.js';
import type { MultiviewSettings } from './multiview.js';
import type { MultiviewOptions } from './multiview-options.js';
import { MultiviewPictures } from './multiview-pictures.js';
import { exitInOrder } from './orderly-exit.js';
import { productXml } from './wire.js';
import { wireMultiview } from './wire-multiview.js';

/** One multiview's process: its link to control, its NDI output. It takes previews, and nothing that a lane would wait for. */
const options = JSON.parse(process.argv[2]!) as MultiviewOptions;
const clock = machineClock;
const statusEveryMs = 200;
const ndi = openLibndi({
  clock,
  network: {
    interfaceAddresses: options.interfaceAddresses,
    discoveryServers: options.discoveryServers,
    askAddresses: options.askAddresses,
    ...(options.machineName === null ? {} : { machineName: options.machineName }),
  },
  configFolder: join(options.runFolder, `ndi-${options.id}`),
});

const values: Record<ParamAddress, ParamValue> = { ...options.values };
const read = (): MultiviewSettings => ({
  multiview: snapshotOf(multiviewParams, `output/${options.id}`, values),
  slate: snapshotOf(slateParams, 'show', values),
});
let settings = read();
const { multiview, output } = wireMultiview(options, ndi, clock, productXml(options.version), () => settings);
const pictures = new MultiviewPictures<Extract<ControlToMultiview, { type: 'picture' }>>((_source, picture, of) =>
  multiview.picture(of.laneId, of.which, picture, of.timecode),
);

let wants = '';
const say = (message: MultiviewToControl): boolean =>
  control.channel?.send(message as unknown as IpcMessage['head']) ?? false;
/** Nobody's processor pays for pictures that nobody sees. */
function want(): void {
  const isWatched = output.send.receivers() > 0;
  const message: MultiviewToControl = {
    type: 'multiview-wants',
    laneIds: isWatched ? options.tiles.map(({ laneId }) => laneId) : [],
    sides: multiview.sides,
    widthPx: multiview.tileWidthPx,
    maxFps: options.framesPerSecond,
  };
  const text = JSON.stringify(message);
  if (text !== wants && say(message)) wants = text;
}

const control: IpcClient = new IpcClient(ipcPath(options.runFolder, 'control'), {
  onOpen() {
    wants = '';
    say({ type: 'multiview-hello', id: options.id, pid: process.pid });
  },
  onMessage({ head, payload }) {
    const message = head as unknown as ControlToMultiview;
    switch (message.type) {
      case 'params':
        Object.assign(values, message.values);
        settings = read();
        return;
      case 'picture':
        pictures.offer(`${message.which} ${message.laneId}`, payload, message);
        return;
      case 'tile':
        multiview.take(message.facts);
        return;
      case 'cue':
        multiview.cue = message.text;
    }
  },
  onLost: () => {},
});

const ticking = setInterval(() => multiview.tick(), 1000 / options.framesPerSecond);
let cpu = process.cpuUsage();
let cpuAtUs = clock.nowUs();
const statusTimer = setInterval(() => {
  const used = process.cpuUsage(cpu);
  const now = clock.nowUs();
  const cores = Math.round((100 * (used.user + used.system)) / Math.max(1, since(now, cpuAtUs))) / 100;
  // Over two seconds: a single status would jump about.
  if (since(now, cpuAtUs) > 2_000_000) {
    cpu = process.cpuUsage();
    cpuAtUs = now;
  }
  multiview.picturesDropped = pictures.dropped;
  want();
  say({ type: 'multiview-status', status: multiview.status(cores) });
}, statusEveryMs);

exitInOrder(
  () => {
    clearInterval(ticking);
    clearInterval(statusTimer);
    output.close();
    control.close();
  },
  () => ndi.close(),
);
process.send?.({ type: 'ready', outputName: output.send.sourceName });
