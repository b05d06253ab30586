import koffi, { type KoffiFunc, type LibraryHandle, type TypeObject } from 'koffi';

type Address = bigint;
type Settings = Readonly<Record<string, unknown>>;

/**
 * The functions of libndi that this door calls, with raw addresses for every frame structure. Settings that are passed once
 * (create, connect) are plain objects that koffi lays out.
 */
export interface Native {
  initialize(): boolean;
  destroy(): void;
  version(): string;
  findCreate(settings: Settings): Address | null;
  findDestroy(finder: Address): void;
  findWait: KoffiFunc<(finder: Address, timeoutMs: number) => boolean>;
  findSources(finder: Address, count: Address): Address | null;
  sendCreate(settings: Settings): Address | null;
  sendDestroy(sender: Address): void;
  sendSourceName(sender: Address): Address | null;
  sendVideoAsync(sender: Address, frame: Address | null): void;
  sendAudio(sender: Address, frame: Address): void;
  sendMetadata(sender: Address, frame: Address): void;
  sendCapture(sender: Address, frame: Address, timeoutMs: number): number;
  sendFreeMetadata(sender: Address, frame: Address): void;
  sendTally(sender: Address, tally: Address, timeoutMs: number): boolean;
  sendConnections(sender: Address, timeoutMs: number): number;
  sendClearConnectionMetadata(sender: Address): void;
  sendAddConnectionMetadata(sender: Address, frame: Address): void;
  sendSetFailover(sender: Address, source: Settings | null): void;
  recvCreate(settings: Settings): Address | null;
  recvDestroy(receiver: Address): void;
  recvConnect(receiver: Address, source: Settings): void;
  recvCapture: KoffiFunc<
    (receiver: Address, video: Address | null, audio: Address | null, metadata: Address, timeoutMs: number) => number
  >;
  recvFreeVideo(receiver: Address, frame: Address): void;
  recvFreeAudio(receiver: Address, frame: Address): void;
  recvFreeMetadata(receiver: Address, frame: Address): void;
  recvFreeString(receiver: Address, text: Address): void;
  recvSendMetadata(receiver: Address, frame: Address): boolean;
  recvSetTally(receiver: Address, tally: Address): boolean;
  recvPerformance(receiver: Address, total: Address, dropped: Address): void;
  recvQueue(receiver: Address, queue: Address): void;
  recvClearConnectionMetadata(receiver: Address): void;
  recvAddConnectionMetadata(receiver: Address, frame: Address): void;
  recvConnections(receiver: Address): number;
  recvWebControl(receiver: Address): Address | null;
}

/** The settings structures, anonymous: koffi's type names are global to the process and a second door may be open. */
function settingsTypes() {
  const source = koffi.struct({ p_ndi_name: 'const char*', p_url_address: 'const char*' });
  return {
    source,
    find: koffi.struct({ show_local_sources: 'bool', p_groups: 'const char*', p_extra_ips: 'const char*' }),
    send: koffi.struct({
      p_ndi_name: 'const char*',
      p_groups: 'const char*',
      clock_video: 'bool',
      clock_audio: 'bool',
    }),
    receive: koffi.struct({
      source_to_connect_to: source,
      color_format: 'int',
      bandwidth: 'int',
      allow_video_fields: 'bool',
      p_ndi_recv_name: 'const char*',
    }),
  };
}

export function bindNative(library: LibraryHandle): Native {
  const types = settingsTypes();
  const bind = (name: string, result: string, ...parameters: (string | TypeObject)[]) =>
    library.func(`NDIlib_${name}`, result, parameters);
  const [source, find, send, receive] = [types.source, types.find, types.send, types.receive].map((type) =>
    koffi.pointer(type),
  ) as [TypeObject, TypeObject, TypeObject, TypeObject];
  return {
    initialize: bind('initialize', 'bool'),
    destroy: bind('destroy', 'void'),
    version: bind('version', 'const char*'),
    findCreate: bind('find_create_v2', 'void*', find),
    findDestroy: bind('find_destroy', 'void', 'void*'),
    findWait: bind('find_wait_for_sources', 'bool', 'void*', 'uint32'),
    findSources: bind('find_get_current_sources', 'void*', 'void*', 'void*'),
    sendCreate: bind('send_create', 'void*', send),
    sendDestroy: bind('send_destroy', 'void', 'void*'),
    sendSourceName: bind('send_get_source_name', 'void*', 'void*'),
    sendVideoAsync: bind('send_send_video_async_v2', 'void', 'void*', 'void*'),
    sendAudio: bind('send_send_audio_v3', 'void', 'void*', 'void*'),
    sendMetadata: bind('send_send_metadata', 'void', 'void*', 'void*'),
    sendCapture: bind('send_capture', 'int', 'void*', 'void*', 'uint32'),
    sendFreeMetadata: bind('send_free_metadata', 'void', 'void*', 'void*'),
    sendTally: bind('send_get_tally', 'bool', 'void*', 'void*', 'uint32'),
    sendConnections: bind('send_get_no_connections', 'int', 'void*', 'uint32'),
    sendClearConnectionMetadata: bind('send_clear_connection_metadata', 'void', 'void*'),
    sendAddConnectionMetadata: bind('send_add_connection_metadata', 'void', 'void*', 'void*'),
    sendSetFailover: bind('send_set_failover', 'void', 'void*', source),
    recvCreate: bind('recv_create_v3', 'void*', receive),
    recvDestroy: bind('recv_destroy', 'void', 'void*'),
    recvConnect: bind('recv_connect', 'void', 'void*', source),
    recvCapture: bind('recv_capture_v3', 'int', 'void*', 'void*', 'void*', 'void*', 'uint32'),
    recvFreeVideo: bind('recv_free_video_v2', 'void', 'void*', 'void*'),
    recvFreeAudio: bind('recv_free_audio_v3', 'void', 'void*', 'void*'),
    recvFreeMetadata: bind('recv_free_metadata', 'void', 'void*', 'void*'),
    recvFreeString: bind('recv_free_string', 'void', 'void*', 'void*'),
    recvSendMetadata: bind('recv_send_metadata', 'bool', 'void*', 'void*'),
    recvSetTally: bind('recv_set_tally', 'bool', 'void*', 'void*'),
    recvPerformance: bind('recv_get_performance', 'void', 'void*', 'void*', 'void*'),
    recvQueue: bind('recv_get_queue', 'void', 'void*', 'void*'),
    recvClearConnectionMetadata: bind('recv_clear_connection_metadata', 'void', 'void*'),
    recvAddConnectionMetadata: bind('recv_add_connection_metadata', 'void', 'void*', 'void*'),
    recvConnections: bind('recv_get_no_connections', 'int', 'void*'),
    recvWebControl: bind('recv_get_web_control', 'void*', 'void*'),
  };
}
