import type { PrepareResult } from '../likeness/prepared.js';
import type { ExecutionProvider } from '../onnx/port.js';
import type { InferenceOptions } from '../pipeline/inference-options.js';
import type { LaneOptions } from '../pipeline/lane-options.js';
import { monitorValues } from '../show/monitor-values.js';
import type { ShowFile, ShowSource } from '../show/schema.js';
import { productVersion } from '../version.js';
import { monitorsOf } from './monitors.js';
import { consentScopeOf, enginesOf, flowModelOf } from './prepare-show.js';

/** What of a run its processes are told. */
export interface RunFacts {
  readonly showFile: string | null;
  readonly show: ShowFile;
  readonly runFolder: string;
  readonly stateFolder: string;
  readonly interfaces: readonly string[];
  readonly machineName: string | null;
  readonly httpPort: number;
}

const isAddress = (source: string): boolean => /^[\d.]+:\d+$/.test(source);

/** What a camera's lane is started with. */
export function laneOptionsOf(
  source: ShowSource,
  prepared: PrepareResult,
  bypassPort: number,
  { showFile, show, runFolder, stateFolder, interfaces, machineName, httpPort }: RunFacts,
): LaneOptions {
  const failover = source.fallbackSource ?? source.source;
  return {
    laneId: source.id,
    runFolder,
    stateFolder,
    source: { name: source.source, url: isAddress(source.source) ? source.source : null },
    outputName: source.outputName,
    groups: source.groups ?? null,
    failover: isAddress(failover) ? { name: source.source, url: failover } : { name: failover, url: null },
    interfaceAddresses: interfaces,
    machineName,
    bypassPort,
    webControl: `http://%IP%:${httpPort}/`,
    performers: prepared.performers.flatMap((performer) => {
      // Who was enrolled before a camera may have been taken out of the cast since: control says.
      const member = show.cast.find(({ performerId }) => performerId === performer.performerId);
      return member ? [{ ...performer, likenessId: source.likeness ?? member.likeness ?? null }] : [];
    }),
    likenesses: prepared.likenesses,
    values: { ...monitorValues(show), ...show.values },
    monitors: monitorsOf(showFile, show, source),
    discoveryServers: show.discoveryServers ?? [],
    askAddresses: show.askAddresses ?? [],
    consentScope: consentScopeOf(show),
    engines: enginesOf(show),
    flowModel: flowModelOf(show),
    deepColor: source.deepColor ?? false,
    version: productVersion,
  };
}

/** What the models' process is started with. `provider` rules over the show file. */
export function inferenceOptionsOf(
  { show, runFolder, stateFolder }: RunFacts,
  asked: ExecutionProvider | undefined,
): InferenceOptions {
  const { inference, landmarks, sources } = show;
  const provider = asked ?? inference?.provider ?? 'cpu';
  return {
    runFolder,
    stateFolder,
    // FaceMesh V2 has nothing that a GPU cannot run; on a CPU it takes twice the time.
    landmarks: landmarks ?? (provider === 'cpu' ? 'fast' : 'best'),
    provider,
    fp16: inference?.fp16 ?? false,
    deviceId: inference?.deviceId ?? 0,
    threads: inference?.threads ?? null,
    lanes: sources.length,
  };
}

/** What of the show a lane is started with, to tell whether it must be started anew. */
export const laneText = (show: ShowFile, source: ShowSource): string =>
  JSON.stringify([source, (show.outputs ?? []).filter(({ laneId }) => laneId === source.id)]);

/** What the control process settles when it starts; the rest of a show it can follow. */
export function settledAtStart(show: ShowFile): string {
  const { sources: _sources, cast: _cast, looks: _looks, cues: _cues, stage: _stage, values: _values, ...rest } = show;
  return JSON.stringify(rest);
}
