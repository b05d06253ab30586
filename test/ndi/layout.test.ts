import koffi, { type TypeObject } from 'koffi';
import { describe, expect, it } from 'vitest';
import { audioFrame, metadataFrame, source, tally, videoFrame } from '../../server/ndi/layout.js';
import { peerTypes } from '../e2e/support/ndi-peer/binding.js';

/** The tests' own declarations (from the SDK's headers), laid out by koffi: an independent witness of the byte offsets. */
const rows: [string, Readonly<Record<string, number>>, TypeObject, Record<string, string>][] = [
  [
    'video',
    videoFrame,
    peerTypes.VideoT,
    {
      xres: 'xres',
      yres: 'yres',
      fourCC: 'FourCC',
      frameRateN: 'frame_rate_N',
      frameRateD: 'frame_rate_D',
      pictureAspectRatio: 'picture_aspect_ratio',
      frameFormatType: 'frame_format_type',
      timecode: 'timecode',
      data: 'p_data',
      lineStrideInBytes: 'line_stride_in_bytes',
      metadata: 'p_metadata',
      timestamp: 'timestamp',
    },
  ],
  [
    'audio',
    audioFrame,
    peerTypes.AudioT,
    {
      sampleRate: 'sample_rate',
      channels: 'no_channels',
      samples: 'no_samples',
      timecode: 'timecode',
      fourCC: 'FourCC',
      data: 'p_data',
      channelStrideInBytes: 'channel_stride_in_bytes',
      metadata: 'p_metadata',
      timestamp: 'timestamp',
    },
  ],
  ['metadata', metadataFrame, peerTypes.MetaT, { length: 'length', timecode: 'timecode', data: 'p_data' }],
  ['source', source, peerTypes.SourceT, { name: 'p_ndi_name', url: 'p_url_address' }],
  ['tally', tally, peerTypes.TallyT, { onProgram: 'on_program', onPreview: 'on_preview' }],
];

describe('the byte offsets of libndi’s structures', () => {
  it.each(rows)('of a %s agree with koffi’s layout of the SDK’s declaration', (_name, ours, type, fields) => {
    for (const [field, native] of Object.entries(fields)) expect(ours[field], field).toBe(koffi.offsetof(type, native));
    expect(Object.keys(ours).sort()).toEqual([...Object.keys(fields), 'bytes'].sort());
    expect(ours['bytes']).toBe(koffi.sizeof(type));
  });
});
