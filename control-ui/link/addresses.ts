import type { ParamAddress, ParamDescriptor, ParamScope, ScopeId } from '../../server/protocol/descriptors.js';
import type { ScopeInfo } from '../../server/protocol/messages.js';

/** One parameter at one scope: what a widget needs to be drawn. */
export interface ParamInstance {
  readonly address: ParamAddress;
  readonly scopeId: ScopeId;
  readonly descriptor: ParamDescriptor;
}

/** "/understudy/output/cam-a/output/bypass" for scope "output/cam-a" and key "output.bypass". */
export function addressOf(scopeId: ScopeId, descriptor: Pick<ParamDescriptor, 'group' | 'name'>): ParamAddress {
  return `/understudy/${scopeId}/${descriptor.group}/${descriptor.name}`;
}

export function scopeKind(scopeId: ScopeId): ParamScope {
  const head = scopeId.split('/', 1)[0];
  return head === 'lane' || head === 'output' ? head : 'show';
}

/** The lane that a scope belongs to; null for the show. */
export function laneOfScope(scope: ScopeInfo): string | null {
  if (scopeKind(scope.id) === 'show') return null;
  return scope.laneId ?? scope.id.slice(scope.id.indexOf('/') + 1);
}

/** Scopes that concern one lane, nearest to the picture first: its outputs, the lane, the show. */
export function scopesForLane(scopes: readonly ScopeInfo[], laneId: string | null): ScopeInfo[] {
  const rank: Record<ParamScope, number> = { output: 0, lane: 1, show: 2 };
  return scopes
    .filter((scope) => scopeKind(scope.id) === 'show' || laneOfScope(scope) === laneId)
    .sort((a, b) => rank[scopeKind(a.id)] - rank[scopeKind(b.id)]);
}

/** `groups`: the scope's own, where it has not all of its kind. */
export function paramsOfScope(
  descriptors: readonly ParamDescriptor[],
  scopeId: ScopeId,
  groups?: readonly string[],
): ParamInstance[] {
  const kind = scopeKind(scopeId);
  return descriptors
    .filter((descriptor) => descriptor.scope === kind && groups?.includes(descriptor.group) !== false)
    .map((descriptor) => ({ descriptor, scopeId, address: addressOf(scopeId, descriptor) }));
}

/** Every instance of `key` that concerns this lane, whatever scope it was declared in. */
export function instancesForLane(
  descriptors: readonly ParamDescriptor[],
  scopes: readonly ScopeInfo[],
  laneId: string | null,
  key: string,
): ParamInstance[] {
  const descriptor = descriptors.find((candidate) => candidate.key === key);
  if (!descriptor) return [];
  return scopesForLane(scopes, laneId)
    .filter((scope) => scopeKind(scope.id) === descriptor.scope && scope.groups?.includes(descriptor.group) !== false)
    .map((scope) => ({ descriptor, scopeId: scope.id, address: addressOf(scope.id, descriptor) }));
}
