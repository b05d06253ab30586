import type { ParamAddress, ParamValue } from '../protocol/descriptors.js';

/** All that a multiview process needs, given once by the supervisor as JSON. */
export interface MultiviewOptions {
  readonly id: string;
  readonly runFolder: string;
  readonly outputName: string;
  readonly groups: string | null;
  readonly interfaceAddresses: readonly string[];
  readonly machineName: string | null;
  readonly discoveryServers: readonly string[];
  readonly askAddresses: readonly string[];
  readonly widthPx: number;
  readonly heightPx: number;
  readonly framesPerSecond: number;
  /** From the left, then down. */
  readonly tiles: readonly { readonly laneId: string; readonly label: string }[];
  readonly values: Readonly<Record<ParamAddress, ParamValue>>;
  readonly version: string;
}
