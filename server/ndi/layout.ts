import type { Scan } from './port.js';

/**
 * Byte offsets of libndi's structures on 64-bit systems (Processing.NDI.structs.h, .Find.h, .Send.h, .Recv.h of NDI 5).
 * Linux, macOS and Windows agree: int is 4 bytes, pointers and int64_t 8, natural alignment. test/ndi checks the table
 * against koffi's own layout of the same declarations.
 */
export const videoFrame = {
  xres: 0,
  yres: 4,
  fourCC: 8,
  frameRateN: 12,
  frameRateD: 16,
  pictureAspectRatio: 20,
  frameFormatType: 24,
  timecode: 32,
  data: 40,
  lineStrideInBytes: 48,
  metadata: 56,
  timestamp: 64,
  bytes: 72,
} as const;

export const audioFrame = {
  sampleRate: 0,
  channels: 4,
  samples: 8,
  timecode: 16,
  fourCC: 24,
  data: 32,
  channelStrideInBytes: 40,
  metadata: 48,
  timestamp: 56,
  bytes: 64,
} as const;

export const metadataFrame = { length: 0, timecode: 8, data: 16, bytes: 24 } as const;
export const source = { name: 0, url: 8, bytes: 16 } as const;
export const tally = { onProgram: 0, onPreview: 1, bytes: 2 } as const;
/** int64_t video, audio, metadata. */
export const receiverPerformance = { video: 0, audio: 8, metadata: 16, bytes: 24 } as const;
/** int video, audio, metadata. */
export const receiverQueue = { video: 0, audio: 4, metadata: 8, bytes: 12 } as const;

/** NDIlib_frame_type_e. */
export const frameType = { none: 0, video: 1, audio: 2, metadata: 3, error: 4, statusChange: 100 } as const;

/** NDIlib_frame_format_type_e, by its value. */
export const scanOfValue: readonly Scan[] = ['interleaved', 'progressive', 'field-0', 'field-1'];
export const valueOfScan: Readonly<Record<Scan, number>> = {
  interleaved: 0,
  progressive: 1,
  'field-0': 2,
  'field-1': 3,
};

/** NDIlib_recv_color_format_e. */
export const colorFormat = { 'bgrx-bgra': 0, 'uyvy-bgra': 1, 'rgbx-rgba': 2, fastest: 100, best: 101 } as const;
/** NDIlib_recv_bandwidth_e. */
export const bandwidth = { 'metadata-only': -10, 'audio-only': 10, lowest: 0, highest: 100 } as const;

/** INT64_MAX: "synthesise a timecode" when sending, "unknown" when receiving. */
export const timeUndefined = 0x7fff_ffff_ffff_ffffn;
/** Planar 32-bit float audio, 'FLTp'. */
export const floatPlanarAudio = 0x70544c46;
