import type { NdiAudioFrame, NdiMetadataFrame, NdiVideoFrame } from '../../ndi/port.js';

/**
 * receive: finds the camera, keeps the connection through loss and change, hands pictures, sound and metadata on untouched.
 * Takes: a source by name or address. Gives: NdiVideoFrame (zero copy), audio, metadata, and the source's state.
 * When late: libndi's own queue drops the oldest; the count is in its performance counters.
 */
export type SourceState = 'receiving' | 'absent' | 'lost';

export interface ReceiveEvents {
  onVideo(frame: NdiVideoFrame): void;
  onAudio(frame: NdiAudioFrame): void;
  onMetadata(frame: NdiMetadataFrame): void;
  onState(state: SourceState, previous: SourceState): void;
  onChanged(before: string, after: string): void;
  onAmbiguous(name: string): void;
  /** The camera sends pictures of a format that we do not know. */
  onUnsupported(fourCC: string): void;
}
