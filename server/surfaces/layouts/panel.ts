import type { ParamRegistry } from '../../params/registry.js';
import type { ActionDescriptor, MeterDescriptor, ParamDescriptor } from '../../protocol/descriptors.js';

/** One thing on somebody's panel. */
export type PanelItem =
  | { readonly kind: 'param'; readonly address: string; readonly label: string; readonly descriptor: ParamDescriptor }
  | { readonly kind: 'action'; readonly address: string; readonly label: string; readonly descriptor: ActionDescriptor }
  | { readonly kind: 'meter'; readonly address: string; readonly label: string; readonly descriptor: MeterDescriptor };
export interface PanelPage {
  /** "show", "cam-a": for file names and widget ids. */
  readonly id: string;
  readonly label: string;
  readonly items: readonly PanelItem[];
}
/** Where panels send to, and where they listen. */
export interface PanelConnection {
  readonly host: string;
  readonly oscPort: number;
  /** The port on which the panel's machine hears feedback. */
  readonly feedbackPort: number;
}

/** "keyframe.intervalFrames" as people read it: "keyframe interval". The unit's ending says nothing on a key. */
export function labelOf({ key }: { readonly key: string }): string {
  const [group = '', name = ''] = key.split('.');
  const words = name.replace(/(Ms|Frames|Px|Deg|Percent|Hz|Fps|Ev|Db|01)$/, '').replace(/([a-z])([A-Z])/g, '$1 $2');
  const said = words.toLowerCase();
  return said === group ? group : `${group} ${said}`.trim();
}

/**
 * The registry as pages of a panel: the show, then each camera, then each monitor and multiview. On a page actions come first, then what an operator reaches
 * for in a hurry (the output's switches), then the rest as declared, then meters. Actions that need an argument have no key.
 */
export function panelOf(registry: ParamRegistry): readonly PanelPage[] {
  const cameras = registry.scopes
    .filter(({ id }) => id.startsWith('lane/'))
    .map(({ id, label }) => [id.slice(5), label] as const);
  const isCamera = new Set(cameras.map(([id]) => id));
  const further = registry.scopes
    .map(({ id, label }) => [id.split('/')[1] ?? '', label] as const)
    .filter(([id]) => id !== '' && !isCamera.has(id));
  const pageOf = (scopeId: string): string => scopeId.split('/')[1] ?? 'show';
  return [['show', 'Show'] as const, ...cameras, ...further].map(([id, label]) => {
    const on = <I extends { readonly scopeId: string }>(all: readonly I[]): I[] =>
      all.filter(({ scopeId }) => pageOf(scopeId) === id);
    const actions = on(registry.actions)
      .filter(({ descriptor }) => descriptor.argument === null || descriptor.argumentOptional)
      .map(({ address, descriptor }) => ({ kind: 'action' as const, address, label: labelOf(descriptor), descriptor }));
    const params = on(registry.instances).map(({ address, descriptor, scopeId }) => ({
      kind: 'param' as const,
      address,
      label: labelOf(descriptor),
      descriptor,
      rank: scopeId.startsWith('output/') ? 0 : 1,
    }));
    const meters = on(registry.meters).map(({ address, descriptor }) => ({
      kind: 'meter' as const,
      address,
      label: labelOf(descriptor),
      descriptor,
    }));
    const ranked = params.toSorted((a, b) => a.rank - b.rank).map(({ rank: _rank, ...item }) => item);
    return { id, label, items: [...actions, ...ranked, ...meters] };
  });
}
