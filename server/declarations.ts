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
  previewParams,
  oscQueryParams,
  dmxParams,
];

/** The registry of a show: "show", and one lane and one output per camera. */
export function registryOf(cameras: readonly { readonly id: string; readonly label: string }[]): ParamRegistry {
  const registry = new ParamRegistry(declarations, showActions, showMeters);
  for (const { id, label } of cameras) {
    registry.addScope(`lane/${id}`, label);
    registry.addScope(`output/${id}`, label);
  }
  return registry;
}
