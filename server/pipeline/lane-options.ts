import type { EngineChoices } from '../likeness/engine-choice.js';
import type { EngineSpec, WeightsFile } from '../likeness/neural/spec.js';
import type { ConsentScope } from '../likeness/prepared.js';
import type { ParamAddress, ParamValue } from '../protocol/descriptors.js';

/** A likeness ready to draw: files that set-up or `likeness build` made, and what its consent said when it was checked. */
export interface LaneLikeness {
  readonly id: string;
  /** Path of the bake (likeness/mesh/bake.ts). */
  readonly bakeFile: string;
  readonly consentId: string;
  /** SHA-256 of the package's content. */
  readonly digest: string;
  /** Weights that draw it instead of the mesh, where the show names an engine for it. */
  readonly neural?: EngineSpec | null;
}
/** A performer who may get a likeness, as enrolled. */
export interface LanePerformer {
  readonly performerId: string;
  /** 1024 f32, mean-centred. */
  readonly identityFile: string;
  /** The performer's own bake: what light and shape are measured against. */
  readonly bakeFile: string;
  readonly likenessId: string | null;
}

/** A further output of the lane; what it shows is in its parameters, scope output/<id>. */
export interface MonitorOptions {
  readonly id: string;
  readonly outputName: string;
  /** A .cube file. */
  readonly lutFile: string | null;
}

/** All that a lane needs to run, given once by the supervisor as JSON; a restarted lane gets the same. */
export interface LaneOptions {
  readonly laneId: string;
  /** Folder of the run's sockets. */
  readonly runFolder: string;
  /** Folder for what must survive: this lane's last parameters. */
  readonly stateFolder: string;
  readonly source: { readonly name: string; readonly url: string | null };
  readonly outputName: string;
  readonly groups: string | null;
  readonly failover: { readonly name: string; readonly url: string | null } | null;
  readonly interfaceAddresses: readonly string[];
  /** In front of the output's NDI name; null: the host's own. */
  readonly machineName: string | null;
  /** NDI discovery servers instead of mDNS, and machines that are asked directly. */
  readonly discoveryServers: readonly string[];
  readonly askAddresses: readonly string[];
  /** UDP port of the bypass door on loopback. */
  readonly bypassPort: number;
  /** The page's address for <ndi_capabilities web_control>. */
  readonly webControl: string | null;
  /** What a likeness that comes in on air must have consent for. */
  readonly consentScope: ConsentScope;
  /** Engines that the show names, by likeness, and where added weights lie: for a likeness that comes in on air. */
  readonly engines?: EngineChoices;
  /** The flow network that `flow.engine` raft stands for; null or absent: none was added. */
  readonly flowModel?: WeightsFile | null;
  readonly monitors?: readonly MonitorOptions[];
  readonly performers: readonly LanePerformer[];
  readonly likenesses: readonly LaneLikeness[];
  /** Values to start from where the state folder has none. */
  readonly values: Readonly<Record<ParamAddress, ParamValue>>;
  /** Receive 16-bit pictures (P216); the camera must have more than 8 bits to gain from it. */
  readonly deepColor: boolean;
  readonly version: string;
}
