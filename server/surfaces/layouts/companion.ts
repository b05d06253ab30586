import { createHash } from 'node:crypto';
import type { PanelConnection, PanelItem, PanelPage } from './panel.js';

/** A page of keys as Bitfocus Companion exports them (file version 9, Companion 4; later ones upgrade it when they import it). */
const fileVersion = 9;
const columns = 8;
const rows = 4;
const colours = {
  key: 0x263238,
  action: 0x1b5e20,
  on: 0xff6f00,
  chosen: 0x0d47a1,
  lit: 0xb71c1c,
  text: 0xffffff,
} as const;

interface Key {
  readonly text: string;
  readonly colour: number;
  readonly press: { readonly id: string; readonly options: Readonly<Record<string, string | number>> } | null;
  /** Lit while the value at `path` is this. */
  readonly lit: {
    readonly id: string;
    readonly path: string;
    readonly is: string | number;
    readonly colour: number;
  } | null;
}

/** Equal input gives equal ids: a generated file can be compared with the one before. */
const idOf = (seed: string): string => createHash('sha256').update(seed).digest('base64url').slice(0, 21);
const sendText = (path: string, text: string): Key['press'] => ({ id: 'send_string', options: { path, string: text } });
const sendMany = (path: string, args: string): Key['press'] => ({
  id: 'send_multiple',
  options: { path, arguments: args },
});
const plain = { lit: null, colour: colours.key } as const;

function keysOf(item: PanelItem): readonly Key[] {
  const { address, label } = item;
  const isOn = { id: 'osc_feedback_int', path: address, is: 1 } as const;
  if (item.kind === 'action') {
    const press = { id: 'send_int', options: { path: address, int: 1 } };
    return [{ text: label, colour: colours.action, press, lit: null }];
  }
  if (item.kind === 'meter') {
    // Companion's keys compare; a text or a number that only wants to be read belongs on a panel with room for it.
    if (item.descriptor.holds !== 'toggle') return [];
    return [{ text: label, colour: colours.key, press: null, lit: { ...isOn, colour: colours.lit } }];
  }
  const { descriptor } = item;
  switch (descriptor.kind) {
    case 'toggle':
      return [
        { ...plain, text: label, press: sendText('/understudy/toggle', address), lit: { ...isOn, colour: colours.on } },
      ];
    case 'choice':
      return descriptor.choices.map((choice) => ({
        ...plain,
        text: `${label}\n${choice}`,
        press: sendText(address, choice),
        lit: { id: 'osc_feedback_multi', path: address, is: `"${choice}"`, colour: colours.chosen },
      }));
    case 'number':
      return ([-1, 1] as const).map((step) => ({
        ...plain,
        text: `${label}\n${step < 0 ? '−' : '+'}`,
        press: sendMany('/understudy/nudge', `"${address}" ${step}`),
      }));
    case 'text':
      return [];
  }
}

function control(key: Key, connectionId: string, seed: string): object {
  const { text, colour, press, lit } = key;
  return {
    type: 'button',
    style: {
      text,
      textExpression: false,
      size: 'auto',
      png64: null,
      alignment: 'center:center',
      pngalignment: 'center:center',
      color: colours.text,
      bgcolor: colour,
      show_topbar: 'default',
    },
    options: { stepProgression: 'auto', stepExpression: '', rotaryActions: false },
    feedbacks:
      lit === null
        ? []
        : [
            {
              id: idOf(`${seed} lit`),
              type: 'feedback',
              definitionId: lit.id,
              connectionId,
              options: { path: lit.path, arguments: lit.is, comparison: 'equal' },
              isInverted: false,
              style: { bgcolor: lit.colour, color: colours.text },
            },
          ],
    steps: {
      '0': {
        action_sets: {
          down:
            press === null
              ? []
              : [
                  {
                    id: idOf(`${seed} press`),
                    type: 'action',
                    definitionId: press.id,
                    connectionId,
                    options: press.options,
                  },
                ],
          up: [],
        },
        options: { runWhileHeld: [] },
      },
    },
    localVariables: [],
  };
}

/** Companion pages by file name, for its module "generic-osc". A page that holds more than 32 keys goes on in a further file. */
export function companionPages(
  pages: readonly PanelPage[],
  { host, oscPort, feedbackPort }: PanelConnection,
): Readonly<Record<string, string>> {
  const connectionId = idOf('understudy connection');
  const instance = {
    instance_type: 'generic-osc',
    moduleId: 'generic-osc',
    label: 'understudy',
    sortOrder: 0,
    isFirstInit: false,
    lastUpgradeIndex: -1,
    enabled: true,
    config: {
      host,
      targetPort: String(oscPort),
      protocol: 'udp',
      listen: true,
      feedbackPort: String(feedbackPort),
    },
  };
  // An hour at a time; a target in the show file needs no such key.
  const listen: Key = {
    text: 'feedback\n1 h',
    colour: colours.action,
    press: sendMany('/understudy/subscribe', `"/understudy/" ${feedbackPort} 3600`),
    lit: null,
  };
  const files: Record<string, string> = {};
  for (const page of pages) {
    const keys = [listen, ...page.items.flatMap(keysOf)];
    for (let part = 0; part * columns * rows < keys.length; part += 1) {
      const controls: Record<string, Record<string, object>> = {};
      keys.slice(part * columns * rows, (part + 1) * columns * rows).forEach((key, at) => {
        const row = (controls[String(Math.floor(at / columns))] ??= {});
        row[String(at % columns)] = control(key, connectionId, `${page.id} ${part} ${at}`);
      });
      const name = part === 0 ? page.label : `${page.label} ${part + 1}`;
      files[`companion-${page.id}-${part + 1}.companionconfig`] = JSON.stringify(
        {
          version: fileVersion,
          type: 'page',
          page: {
            id: idOf(`${page.id} ${part}`),
            name: `Understudy ${name}`,
            controls,
            gridSize: { minColumn: 0, maxColumn: columns - 1, minRow: 0, maxRow: rows - 1 },
          },
          instances: { [connectionId]: instance },
          connectionCollections: [],
          oldPageNumber: 1,
        },
        null,
        1,
      );
    }
  }
  return files;
}
