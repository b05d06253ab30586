/**
 * The same work as support/ndi-peer/relay.ts, through the product's door: what a frame costs in server/ndi alone. One JSON
 * argument (RelaySettings); its summary has the same fields, and the garbage collector's share besides.
 */
import { PerformanceObserver } from 'node:perf_hooks';
import { openLibndi } from '../../../server/ndi/libndi.js';
import { machineClock } from '../../../server/time/clock.js';
import { onCommand, say } from '../support/ndi-peer/binding.js';
import type { RelaySettings } from '../support/ndi-peer/relay.js';

const settings = JSON.parse(process.argv[2]!) as RelaySettings;
const ndi = openLibndi({
  configFolder: settings.configFolder,
  network: { interfaceAddresses: ['127.0.0.1'], machineName: settings.machineName },
});
const finder = ndi.createFinder();
const found = await finder.find(settings.name, 20_000);
finder.close();
if (found === null) {
  say('absent', { wanted: settings.name });
  process.exit(3);
}
const receiver = ndi.createReceiver({
  source: { name: found.name, ...(found.url === null ? {} : { url: found.url }) },
  receiverName: 'door relay',
  color: 'fastest',
  allowFields: true,
});
const sender = ndi.createSender({ name: settings.outputName, clockVideo: false, clockAudio: false });
let gcMs = 0;
let gcCount = 0;
new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) {
    gcMs += duration;
    gcCount++;
  }
}).observe({ entryTypes: ['gc'] });

const warmUpFrames = settings.warmUpFrames ?? 25;
const holdUs = new Float64Array(100_000);
let frames = 0;
let measured = 0;
let stopping = false;
let cpuAtStart = process.cpuUsage();
let startedAtUs = machineClock.nowUs();
let heapAtStart = 0;

onCommand((command) => {
  if (command['do'] === 'stop') stopping = true;
});
say('ready', { name: sender.sourceName, source: found.name, pid: process.pid });

while (!stopping) {
  const captured = await receiver.capture(100);
  if (captured.kind === 'video') {
    const { receivedAtUs } = captured.video;
    // Touched as a lane would touch it: the view over libndi's memory is part of the cost.
    const { pixels } = captured.video;
    pixels[0] = pixels[0]!;
    sender.sendVideo(captured.video);
    frames++;
    if (frames > warmUpFrames) holdUs[measured++] = machineClock.nowUs() - receivedAtUs;
    if (frames === warmUpFrames) {
      cpuAtStart = process.cpuUsage();
      startedAtUs = machineClock.nowUs();
      heapAtStart = process.memoryUsage().heapUsed;
      gcMs = gcCount = 0;
    }
  } else if (captured.kind === 'audio') {
    sender.sendAudio(captured.audio);
    captured.audio.release();
  } else if (captured.kind === 'metadata') {
    sender.sendMetadata(captured.metadata.xml, captured.metadata.timecode100ns);
  }
}

const cpu = process.cpuUsage(cpuAtStart);
const seconds = (machineClock.nowUs() - startedAtUs) / 1e6;
const sorted = holdUs.subarray(0, measured).sort();
const at = (share: number): number => (sorted[Math.min(measured - 1, Math.floor(share * measured))] ?? 0) / 1000;
say('summary', {
  frames,
  holdMs: { p50: at(0.5), p95: at(0.95), p99: at(0.99) },
  cores: (cpu.user + cpu.system) / 1e6 / seconds,
  gcCount,
  gcMs,
  heapGrowthBytesPerFrame: (process.memoryUsage().heapUsed - heapAtStart) / Math.max(1, measured),
});
receiver.close();
ndi.close();
process.exit(0);
