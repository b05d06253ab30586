/**
 * The reference of the benches: receives a picture and hands the same buffer to the asynchronous send, nothing else. One JSON
 * argument (RelaySettings); reports how long it held frames and what it used of the processor.
 */
import {
  decodeVideo,
  findSource,
  newAudio,
  newMeta,
  newVideo,
  nowUs,
  onCommand,
  openNdi,
  say,
  useLoopback,
} from './binding.js';

export interface RelaySettings {
  readonly configFolder: string;
  readonly machineName: string;
  readonly name: string;
  readonly outputName: string;
  /** Pictures at the start that are not measured. */
  readonly warmUpFrames?: number;
}

const settings = JSON.parse(process.argv[2]!) as RelaySettings;
useLoopback(settings.configFolder, settings.machineName);
const ndi = openNdi();
const found = findSource(ndi, settings.name, 20_000);
if (found === null) {
  say('absent', { wanted: settings.name });
  process.exit(3);
}
const receiver = ndi.recvCreate({
  source: { p_ndi_name: found.name, p_url_address: found.url },
  color_format: 100,
  bandwidth: 100,
  allow_video_fields: true,
  p_ndi_recv_name: 'relay',
});
const sender = ndi.sendCreate({
  p_ndi_name: settings.outputName,
  p_groups: null,
  clock_video: false,
  clock_audio: false,
});
if (sender === null) throw new Error(`libndi refused the sender ${settings.outputName}`);

const slots = [newVideo(), newVideo()];
const [audio, meta] = [newAudio(), newMeta()];
const warmUpFrames = settings.warmUpFrames ?? 25;
const holdUs: number[] = [];
let frames = 0;
let inFlight: bigint | null = null;
let stopping = false;
let cpuAtStart = process.cpuUsage();
let startedAtUs = nowUs();

const at = (sorted: number[], share: number): number =>
  sorted.length === 0 ? 0 : sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]! / 1000;

function finish(): never {
  const cpu = process.cpuUsage(cpuAtStart);
  const seconds = (nowUs() - startedAtUs) / 1e6;
  const sorted = [...holdUs].sort((a, b) => a - b);
  say('summary', {
    frames,
    holdMs: { p50: at(sorted, 0.5), p95: at(sorted, 0.95), p99: at(sorted, 0.99) },
    cores: (cpu.user + cpu.system) / 1e6 / seconds,
  });
  ndi.sendVideoAsync(sender, null);
  if (inFlight !== null) ndi.recvFreeVideo(receiver, inFlight);
  ndi.sendDestroy(sender);
  ndi.recvDestroy(receiver);
  process.exit(0);
}

function tick(): void {
  if (stopping) finish();
  const slot = slots[frames % 2]!;
  const type = ndi.recvCapture(receiver, slot, audio, meta, 20) as number;
  if (type === 1) {
    const receivedAtUs = nowUs();
    ndi.sendVideoAsync(sender, slot);
    holdUs.push(nowUs() - receivedAtUs);
    if (inFlight !== null) ndi.recvFreeVideo(receiver, inFlight);
    inFlight = slot;
    frames++;
    if (frames === 1) say('first', { widthPx: decodeVideo(slot).xres });
    if (frames === warmUpFrames) {
      holdUs.length = 0;
      cpuAtStart = process.cpuUsage();
      startedAtUs = nowUs();
    }
  }
  if (type === 2) {
    ndi.sendAudioAt(sender, audio);
    ndi.recvFreeAudio(receiver, audio);
  }
  if (type === 3) {
    ndi.sendMetadataAt(sender, meta);
    ndi.recvFreeMetadata(receiver, meta);
  }
  setImmediate(tick);
}

onCommand((command) => {
  if (command['do'] === 'stop') stopping = true;
});
say('ready', { name: `${settings.machineName} (${settings.outputName})`, source: found.name, pid: process.pid });
tick();
