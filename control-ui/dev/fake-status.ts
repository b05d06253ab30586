import type { ParamValue } from '../../server/protocol/descriptors.js';
import type { EngineMark, LadderStep, LaneStatus, ProcessStatus } from '../../server/protocol/messages.js';
import { poseAt } from './fake-scene.js';

export const fakeEngine: EngineMark = {
  kind: 'swap',
  models: [
    { id: 'hyperswap-1a-256', role: 'hyperswap', licence: 'ResearchRAIL, cleared', sha256: '9f'.repeat(32) },
    { id: 'arcface-w600k', role: 'arcface', licence: 'Non-commercial, cleared', sha256: '1e'.repeat(32) },
  ],
};

type Values = ReadonlyMap<string, ParamValue>;

/** Mostly likeness; hold and conceal now and then, so that every badge is seen. */
export function ladderStep(laneId: string, seconds: number, values: Values): LadderStep {
  if (values.get(`/understudy/output/${laneId}/output/bypass`) === true) return 'bypass';
  if (values.get(`/understudy/output/${laneId}/output/mode`) === 'plain') return 'plain';
  const phase = seconds % 20;
  return phase > 18.5 ? 'conceal' : phase > 16 ? 'hold' : 'likeness';
}

export function fakeLane(
  laneId: string,
  seconds: number,
  frameNumber: number,
  values: Values,
  index: number,
): LaneStatus {
  const step = ladderStep(laneId, seconds, values);
  const pose = poseAt(seconds + index * 2);
  const p50 = 9.4 + 0.8 * Math.sin(seconds * 1.3) + 0.3 * Math.sin(seconds * 7);
  const box = [pose.centreX01 - 0.07, pose.centreY01 - 0.19, pose.centreX01 + 0.07, pose.centreY01 + 0.17] as const;
  const stranger = [0.08, 0.55, 0.13, 0.68] as const;
  const delayFrames = Number(values.get(`/understudy/output/${laneId}/output/delayFrames`));
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  return {
    laneId,
    sourceName: `STAGE (${laneId.toUpperCase()})`,
    outputName: `UNDERSTUDY (${laneId} director)`,
    sourceState: 'receiving',
    alive: true,
    widthPx: 1920,
    heightPx: 1080,
    frameRateNum: 25,
    frameRateDen: 1,
    format: 'UYVY',
    framesReceived: frameNumber,
    framesSent: frameNumber,
    framesDropped: 0,
    delayFrames,
    captureToSendMs: { p50, p95: p50 * 1.35, p99: p50 * 1.7 + (seconds % 9 < 0.3 ? 6 : 0) },
    stageMs: { receive: 0.21, track: 1.9, propagate: 3.1, composite: 2.4, label: 0.3, send: 0.4 },
    step,
    faces: [
      {
        faceId: 0,
        performerId: 'mara',
        step,
        confidence01: 0.62 + 0.36 * Math.sin(seconds * 0.4),
        identity01: 0.83,
        keyframeAgeMs: (seconds * 1000) % 240,
        drawnBy: step === 'likeness' ? { likenessId: 'mara-71', digest: '5b'.repeat(32), ...fakeEngine } : null,
        box01: box,
      },
      {
        faceId: 1,
        performerId: null,
        step: 'idle',
        confidence01: 0.9,
        identity01: 0.1,
        keyframeAgeMs: 0,
        drawnBy: null,
        box01: stranger,
      },
    ],
    onProgram: index === 0,
    onPreview: index === 1,
    receivers: 2,
    likenessId: 'mara-71',
    timecode: `14:${two((seconds / 60) % 60)}:${two(seconds % 60)}:${two((seconds * 25) % 25)}`,
    counters: { 'keyframe.dropped-late': 3, 'preview.skipped': 41 },
  };
}

export function fakeProcesses(laneIds: readonly string[]): ProcessStatus[] {
  return [
    { name: 'supervisor', pid: 4101, alive: true, restarts: 0 },
    ...laneIds.map((id, index) => ({ name: `lane ${id}`, pid: 4110 + index, alive: true, restarts: 0 })),
    { name: 'inference', pid: 4120, alive: true, restarts: 1 },
    { name: 'control', pid: 4121, alive: true, restarts: 0 },
  ];
}
