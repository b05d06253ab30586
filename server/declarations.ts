import { multiviewParams } from './monitors/multiview-params.js';
import { monitorParams, slateParams } from './monitors/params.js';
import type { ParamGroup } from './params/define.js';
import { ParamRegistry } from './params/registry.js';
import { showActions } from './show/actions.js';
import { showMeters } from './show/meters.js';
import { fallbackParams, likenessParams, lookParams, neuralParams, outputParams } from './stages/composite/params.js';
import { keyframeParams } from './stages/keyframe/params.js';
import { labelParams } from './stages/label/params.js';
import { flowParams } from './stages/propagate/params.js';
import { receiveParams } from './stages/receive/params.js';
import { sendParams } from './stages/send/params.js';
import { smoothParams } from './stages/track/params.js';
import { dmxParams } from './surfaces/dmx/params.js';
import { oscQueryParams } from './surfaces/oscquery/params.js';
import { previewParams } from './surfaces/ws/params.js';

/** The one list of everything an operator can set, in the order of the frame path. */
export const declarations: readonly ParamGroup[] = [
  receiveParams,
  smoothParams,
  keyframeParams,
  flowParams,
  likenessParams,
  neuralParams,
  lookParams,
  outputParams,
  fallbackParams,
  labelParams,
  sendParams,
  monitorParams,
  multiviewParams,
  slateParams,
  previewParams,
  oscQueryParams,
  dmxParams,
];

/** What a camera's programme output has: everything but a monitor's and a multiview's own. */
export const programmeGroups: readonly string[] = [
  ...new Set(declarations.filter(({ scope }) => scope === 'output').map(({ group }) => group)),
].filter((group) => group !== monitorParams.group && group !== multiviewParams.group);

export interface CameraScope {
  readonly id: string;
  readonly label: string;
}
export interface MonitorScope extends CameraScope {
  readonly laneId: string;
}

/** The registry of a show: "show", one lane and one output per camera, and one output per monitor and multiview. */
export function registryOf(
  cameras: readonly CameraScope[],
  monitors: readonly MonitorScope[] = [],
  multiviews: readonly CameraScope[] = [],
): ParamRegistry {
  const registry = new ParamRegistry(declarations, showActions, showMeters);
  for (const camera of cameras) addCamera(registry, camera);
  for (const monitor of monitors) addMonitor(registry, monitor);
  for (const multiview of multiviews) addMultiview(registry, multiview);
  return registry;
}
export function addCamera(registry: ParamRegistry, { id, label }: CameraScope): void {
  registry.addScope(`lane/${id}`, label);
  registry.addScope(`output/${id}`, label, { groups: programmeGroups });
}
/** An output of no camera: its id stands where others have their lane's. */
export function addMultiview(registry: ParamRegistry, { id, label }: CameraScope): void {
  registry.addScope(`output/${id}`, label, { groups: [multiviewParams.group] });
}
export function addMonitor(registry: ParamRegistry, { id, label, laneId }: MonitorScope): void {
  registry.addScope(`output/${id}`, label, { laneId, groups: [monitorParams.group] });
}
