/**
 * The tests' own minimal door to libndi, written from the SDK's headers with koffi's structure types. It shares nothing with
 * server/ndi (which reads raw bytes): where both agree, neither has the layout wrong. NDI® is a registered trademark of
 * Vizrt NDI AB.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import koffi, { type TypeObject } from 'koffi';

const folders: Record<string, string> = {
  'linux-x64': 'linux_x64/libndi.so.5',
  'linux-arm64': 'linux_arm64/libndi.so.5',
  'darwin-x64': 'mac_universal/libndi.dylib',
  'darwin-arm64': 'mac_universal/libndi.dylib',
  'win32-x64': 'win_x64/Processing.NDI.Lib.x64.dll',
};

const SourceT = koffi.struct({ p_ndi_name: 'const char*', p_url_address: 'const char*' });
const FindT = koffi.struct({ show_local_sources: 'bool', p_groups: 'const char*', p_extra_ips: 'const char*' });
const SendT = koffi.struct({
  p_ndi_name: 'const char*',
  p_groups: 'const char*',
  clock_video: 'bool',
  clock_audio: 'bool',
});
const RecvT = koffi.struct({
  source: SourceT,
  color_format: 'int',
  bandwidth: 'int',
  allow_video_fields: 'bool',
  p_ndi_recv_name: 'const char*',
});
const VideoT = koffi.struct({
  xres: 'int',
  yres: 'int',
  FourCC: 'uint32',
  frame_rate_N: 'int',
  frame_rate_D: 'int',
  picture_aspect_ratio: 'float',
  frame_format_type: 'int',
  timecode: 'int64',
  p_data: 'void*',
  line_stride_in_bytes: 'int',
  p_metadata: 'const char*',
  timestamp: 'int64',
});
const AudioT = koffi.struct({
  sample_rate: 'int',
  no_channels: 'int',
  no_samples: 'int',
  timecode: 'int64',
  FourCC: 'uint32',
  p_data: 'void*',
  channel_stride_in_bytes: 'int',
  p_metadata: 'const char*',
  timestamp: 'int64',
});
const MetaT = koffi.struct({ length: 'int', timecode: 'int64', p_data: 'const char*' });
const TallyT = koffi.struct({ on_program: 'bool', on_preview: 'bool' });

export const peerTypes = { SourceT, FindT, SendT, RecvT, VideoT, AudioT, MetaT, TallyT };

export interface VideoStruct {
  xres: number;
  yres: number;
  FourCC: number;
  frame_rate_N: number;
  frame_rate_D: number;
  picture_aspect_ratio: number;
  frame_format_type: number;
  timecode: number | bigint;
  p_data: bigint | null;
  line_stride_in_bytes: number;
  p_metadata: string | null;
  timestamp: number | bigint;
}
export interface AudioStruct {
  sample_rate: number;
  no_channels: number;
  no_samples: number;
  timecode: number | bigint;
  FourCC: number;
  p_data: bigint | null;
  channel_stride_in_bytes: number;
  p_metadata: string | null;
  timestamp: number | bigint;
}
export interface MetaStruct {
  length: number;
  timecode: number | bigint;
  p_data: string | null;
}
export interface SourceStruct {
  p_ndi_name: string | null;
  p_url_address: string | null;
}

function libraryFile(): string {
  const root = dirname(createRequire(import.meta.url).resolve('grandiose-mac/package.json'));
  const file = folders[`${process.platform}-${process.arch}`];
  if (file === undefined) throw new Error(`no libndi for ${process.platform} ${process.arch}`);
  return join(root, 'lib', file);
}

/** Keeps NDI on loopback and gives the machine a name. Call before `openNdi`. */
export function useLoopback(folder: string, machineName: string): void {
  mkdirSync(folder, { recursive: true });
  const ndi = {
    machinename: machineName,
    networks: { ips: '', discovery: '' },
    adapters: { allowed: ['127.0.0.1'] },
    tcp: { recv: { enable: true } },
    rudp: { recv: { enable: false } },
    multicast: { send: { enable: false }, recv: { enable: false } },
    unicast: { recv: { enable: false } },
  };
  writeFileSync(join(folder, 'ndi-config.v1.json'), JSON.stringify({ ndi }));
  process.env['NDI_CONFIG_DIR'] = folder;
}

/** Every function this file binds, by its C declaration (`*` parameters of structures are passed as addresses or objects). */
export function openNdi() {
  const lib = koffi.load(libraryFile());
  const p = (type: TypeObject): TypeObject => koffi.pointer(type);
  const f = (name: string, result: string, ...args: (string | TypeObject)[]) =>
    lib.func(`NDIlib_${name}`, result, args) as (...values: unknown[]) => unknown;
  const ndi = {
    initialize: f('initialize', 'bool'),
    destroy: f('destroy', 'void'),
    findCreate: f('find_create_v2', 'void*', p(FindT)),
    findDestroy: f('find_destroy', 'void', 'void*'),
    findWait: f('find_wait_for_sources', 'bool', 'void*', 'uint32'),
    findSources: lib.func('NDIlib_find_get_current_sources', 'void*', ['void*', koffi.out(koffi.pointer('uint32'))]),
    sendCreate: f('send_create', 'void*', p(SendT)),
    sendDestroy: f('send_destroy', 'void', 'void*'),
    sendVideo: f('send_send_video_v2', 'void', 'void*', p(VideoT)),
    sendVideoAsync: f('send_send_video_async_v2', 'void', 'void*', 'void*'),
    sendAudio: f('send_send_audio_v3', 'void', 'void*', p(AudioT)),
    sendAudioAt: f('send_send_audio_v3', 'void', 'void*', 'void*'),
    sendMetadata: f('send_send_metadata', 'void', 'void*', p(MetaT)),
    sendMetadataAt: f('send_send_metadata', 'void', 'void*', 'void*'),
    sendCapture: f('send_capture', 'int', 'void*', 'void*', 'uint32'),
    sendFreeMetadata: f('send_free_metadata', 'void', 'void*', 'void*'),
    sendTally: lib.func('NDIlib_send_get_tally', 'bool', ['void*', koffi.out(p(TallyT)), 'uint32']),
    sendConnections: f('send_get_no_connections', 'int', 'void*', 'uint32'),
    sendAddConnectionMetadata: f('send_add_connection_metadata', 'void', 'void*', p(MetaT)),
    sendSetFailover: f('send_set_failover', 'void', 'void*', p(SourceT)),
    sendSourceName: f('send_get_source_name', 'void*', 'void*'),
    recvCreate: f('recv_create_v3', 'void*', p(RecvT)),
    recvDestroy: f('recv_destroy', 'void', 'void*'),
    recvCapture: f('recv_capture_v3', 'int', 'void*', 'void*', 'void*', 'void*', 'uint32'),
    recvFreeVideo: f('recv_free_video_v2', 'void', 'void*', 'void*'),
    recvFreeAudio: f('recv_free_audio_v3', 'void', 'void*', 'void*'),
    recvFreeMetadata: f('recv_free_metadata', 'void', 'void*', 'void*'),
    recvSendMetadata: f('recv_send_metadata', 'bool', 'void*', p(MetaT)),
    recvSetTally: f('recv_set_tally', 'bool', 'void*', p(TallyT)),
    recvAddConnectionMetadata: f('recv_add_connection_metadata', 'void', 'void*', p(MetaT)),
    recvConnections: f('recv_get_no_connections', 'int', 'void*'),
    recvWebControl: f('recv_get_web_control', 'const char*', 'void*'),
  };
  if (!ndi.initialize()) throw new Error('libndi did not start');
  return ndi;
}
export type Ndi = ReturnType<typeof openNdi>;

export const decodeVideo = (address: bigint): VideoStruct => koffi.decode(address, VideoT) as VideoStruct;
export const decodeAudio = (address: bigint): AudioStruct => koffi.decode(address, AudioT) as AudioStruct;
export const decodeMeta = (address: bigint): MetaStruct => koffi.decode(address, MetaT) as MetaStruct;
export const decodeSource = (address: bigint): SourceStruct => koffi.decode(address, SourceT) as SourceStruct;

/** Structures that libndi fills. */
export const newVideo = (): bigint => koffi.alloc(VideoT, 1) as bigint;
export const newAudio = (): bigint => koffi.alloc(AudioT, 1) as bigint;
export const newMeta = (): bigint => koffi.alloc(MetaT, 1) as bigint;
export const encodeVideo = (address: bigint, value: VideoStruct): void => koffi.encode(address, VideoT, value);
export const newBytes = (bytes: number): { address: bigint; bytes: Uint8Array } => {
  const address = koffi.alloc('uint8', bytes) as bigint;
  return { address, bytes: new Uint8Array(koffi.view(address, bytes)) };
};
export const viewBytes = (address: bigint, bytes: number): Uint8Array => new Uint8Array(koffi.view(address, bytes));

/** Finders made anew until the name appears: without mDNS each reaches one process of this machine by chance. */
export function findSource(ndi: Ndi, name: string, timeoutMs: number): { name: string; url: string | null } | null {
  const until = nowUs() + timeoutMs * 1000;
  while (nowUs() < until) {
    const finder = ndi.findCreate({ show_local_sources: true, p_groups: null, p_extra_ips: '127.0.0.1' });
    ndi.findWait(finder, 60);
    const count: number[] = [0];
    const first = ndi.findSources(finder, count) as bigint | null;
    const sources = first === null || count[0] === 0 ? [] : (koffi.decode(first, SourceT, count[0]!) as SourceStruct[]);
    const found = sources.find((s) => s.p_ndi_name === name || s.p_ndi_name?.endsWith(`(${name})`));
    const result = found ? { name: found.p_ndi_name!, url: found.p_url_address } : null;
    ndi.findDestroy(finder);
    if (result !== null) return result;
  }
  return null;
}

/** CLOCK_MONOTONIC: comparable between processes of one machine. */
export function nowUs(): number {
  const t = process.hrtime();
  return t[0] * 1e6 + Math.floor(t[1] / 1000);
}

/** One JSON object per line; bigints as decimal strings. */
export const say = (event: string, fields: Record<string, unknown> = {}): void => {
  const text = JSON.stringify({ event, ...fields }, (_key, value: unknown) =>
    typeof value === 'bigint' ? value.toString() : value,
  );
  process.stdout.write(`${text}\n`);
};

/** Commands on stdin, one JSON object per line. Ends the process when stdin closes: no peer outlives its test. */
export function onCommand(handle: (command: Record<string, unknown>) => void): void {
  let rest = '';
  process.stdin.setEncoding('utf8');
  process.stdin.on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.trim()) handle(JSON.parse(line) as Record<string, unknown>);
  });
  process.stdin.on('end', () => handle({ do: 'stop' }));
}
