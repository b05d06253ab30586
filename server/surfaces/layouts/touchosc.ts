import { createHash } from 'node:crypto';
import { deflateSync } from 'node:zlib';
import type { PanelItem, PanelPage } from './panel.js';

const widthPx = 1024;
const heightPx = 768;
const tabPx = 44;
const columns = 2;
const rowPx = 40;
const labelPx = 190;
const rowsOfPage = Math.floor((heightPx - tabPx) / rowPx);

type Colour = readonly [number, number, number];
const grey: Colour = [0.25, 0.28, 0.3];
const green: Colour = [0.16, 0.5, 0.2];
const amber: Colour = [1, 0.45, 0];
const blue: Colour = [0.15, 0.4, 0.85];
const white: Colour = [1, 1, 1];
interface Box {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

const cdata = (text: string): string => `<![CDATA[${text.replaceAll(']]>', ']] >')}]]>`;
const property = (type: 's' | 'b' | 'i' | 'f', key: string, value: string | number): string =>
  `<property type='${type}'><key>${cdata(key)}</key><value>${type === 's' ? cdata(String(value)) : value}</value></property>`;
const frame = ({ x, y, w, h }: Box): string =>
  `<property type='r'><key>${cdata('frame')}</key><value><x>${x}</x><y>${y}</y><w>${w}</w><h>${h}</h></value></property>`;
const colour = (key: string, [r, g, b]: Colour): string =>
  `<property type='c'><key>${cdata(key)}</key><value><r>${r}</r><g>${g}</g><b>${b}</b><a>1</a></value></property>`;
const value = (key: string, standing: string, isFixed = false): string =>
  `<value><key>${cdata(key)}</key><locked>0</locked><lockedDefaultCurrent>${isFixed ? 1 : 0}</lockedDefaultCurrent>` +
  `<default>${cdata(standing)}</default><defaultPull>0</defaultPull></value>`;
const partial = (type: 'CONSTANT' | 'VALUE', conversion: string, text: string, min = 0, max = 1): string =>
  `<partial><type>${type}</type><conversion>${conversion}</conversion><value>${cdata(text)}</value>` +
  `<scaleMin>${min}</scaleMin><scaleMax>${max}</scaleMax></partial>`;

interface Message {
  readonly address: string;
  readonly argument: string;
  readonly sends: boolean;
  readonly receives: boolean;
  /** The value that sends it: "x", "text". */
  readonly trigger: string;
}
/** The path is built of parts, as the editor builds it. */
const message = ({ address, argument, sends, receives, trigger }: Message): string =>
  `<osc><enabled>1</enabled><send>${sends ? 1 : 0}</send><receive>${receives ? 1 : 0}</receive><feedback>0</feedback>` +
  `<connections>00001</connections><triggers><trigger><var>${cdata(trigger)}</var><condition>ANY</condition></trigger></triggers>` +
  `<path>${address
    .slice(1)
    .split('/')
    .map((name) => partial('CONSTANT', 'STRING', '/') + partial('CONSTANT', 'STRING', name))
    .join('')}</path><arguments>${argument}</arguments></osc>`;

/** Equal input gives equal ids. */
function idOf(seed: string): string {
  const hash = createHash('sha256').update(seed).digest('hex');
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-4${hash.slice(13, 16)}-8${hash.slice(17, 20)}-${hash.slice(20, 32)}`;
}
const node = (seed: string, type: string, properties: string, values: string, messages = '', children = ''): string =>
  `<node ID='${idOf(seed)}' type='${type}'><properties>${properties}</properties><values>${values}</values>` +
  (messages === '' ? '' : `<messages>${messages}</messages>`) +
  (children === '' ? '' : `<children>${children}</children>`) +
  '</node>';

const touch = value('touch', 'false');
const named = (name: string, box: Box, tint: Colour, isTouched: boolean): string =>
  property('b', 'background', 1) +
  colour('color', tint) +
  property('f', 'cornerRadius', 3) +
  frame(box) +
  property('b', 'interactive', isTouched ? 1 : 0) +
  property('s', 'name', name) +
  property('b', 'outline', 1) +
  property('i', 'shape', 1) +
  property('b', 'visible', 1);

function label(seed: string, text: string, box: Box, live = ''): string {
  const properties =
    named(seed, box, [0.1, 0.11, 0.12], false) +
    property('i', 'textAlignH', live === '' ? 3 : 2) +
    property('i', 'textAlignV', 2) +
    colour('textColor', white) +
    property('i', 'textSize', 15);
  return node(`label ${seed}`, 'LABEL', properties, value('text', text, live === '') + touch, live);
}

function controlOf(item: PanelItem, box: Box): string {
  const { address } = item;
  const heard = (argument: string, trigger = 'x', sends = true): string =>
    message({ address, argument, sends, receives: true, trigger });
  if (item.kind === 'action') {
    const press = message({
      address,
      argument: partial('VALUE', 'FLOAT', 'x'),
      sends: true,
      receives: false,
      trigger: 'x',
    });
    return node(
      address,
      'BUTTON',
      named(address, box, green, true) + property('i', 'buttonType', 0),
      value('x', '0') + touch,
      press,
    );
  }
  if (item.kind === 'meter') {
    if (item.descriptor.holds === 'toggle') {
      const light = heard(partial('VALUE', 'FLOAT', 'x'), 'x', false);
      return node(address, 'BUTTON', named(address, box, amber, false), value('x', '0') + touch, light);
    }
    return label(address, '', box, heard(partial('VALUE', 'STRING', 'text'), 'text', false));
  }
  const { descriptor } = item;
  switch (descriptor.kind) {
    case 'toggle':
      // 2: toggles when pressed.
      return node(
        address,
        'BUTTON',
        named(address, box, amber, true) + property('i', 'buttonType', 2),
        value('x', descriptor.default ? '1' : '0') + touch,
        heard(partial('VALUE', 'FLOAT', 'x')),
      );
    case 'choice':
      return node(
        address,
        'RADIO',
        named(address, box, blue, true) +
          property('i', 'orientation', 1) +
          property('i', 'radioType', 0) +
          property('i', 'steps', descriptor.choices.length),
        value('x', String(descriptor.choices.indexOf(descriptor.default))) + touch,
        heard(partial('VALUE', 'INTEGER', 'x')),
      );
    case 'number': {
      const { min, max } = descriptor;
      return node(
        address,
        'FADER',
        named(address, box, blue, true) + property('i', 'orientation', 1),
        value('x', String((descriptor.default - min) / (max - min))) + touch,
        heard(partial('VALUE', 'FLOAT', 'x', min, max)),
      );
    }
    case 'text':
      return label(address, '', box, heard(partial('VALUE', 'STRING', 'text'), 'text', false));
  }
}

const captionOf = (item: PanelItem): string =>
  item.kind === 'param' && item.descriptor.kind === 'choice'
    ? `${item.label}: ${item.descriptor.choices.join(' ')}`
    : item.label;

function pageNode(id: string, title: string, items: readonly PanelItem[]): string {
  const columnPx = widthPx / columns;
  const children = items.map((item, at) => {
    const x = Math.floor(at / rowsOfPage) * columnPx;
    const y = (at % rowsOfPage) * rowPx;
    const caption = label(`caption ${item.address}`, captionOf(item), { x: x + 4, y: y + 2, w: labelPx, h: rowPx - 4 });
    return caption + controlOf(item, { x: x + labelPx + 8, y: y + 2, w: columnPx - labelPx - 16, h: rowPx - 4 });
  });
  const box = { x: 0, y: tabPx, w: widthPx, h: heightPx - tabPx };
  const properties =
    named(id, box, [0.06, 0.07, 0.08], true) +
    colour('tabColorOff', grey) +
    colour('tabColorOn', blue) +
    property('s', 'tabLabel', title) +
    colour('textColorOff', white) +
    colour('textColorOn', white);
  return node(`page ${id}`, 'GROUP', properties, touch, '', children.join(''));
}

/** The document inside a .tosc file. */
export function touchOscXml(pages: readonly PanelPage[]): string {
  const most = rowsOfPage * columns;
  const pageNodes = pages.flatMap(({ id, label: title, items }) =>
    Array.from({ length: Math.ceil(items.length / most) }, (_, part) =>
      pageNode(
        `${id}-${part + 1}`,
        part === 0 ? title : `${title} ${part + 1}`,
        items.slice(part * most, (part + 1) * most),
      ),
    ),
  );
  const whole = { x: 0, y: 0, w: widthPx, h: heightPx };
  const pager = node(
    'pager',
    'PAGER',
    named('pages', whole, [0.06, 0.07, 0.08], true) + property('b', 'tabbar', 1) + property('i', 'tabbarSize', tabPx),
    value('page', '0') + touch,
    '',
    pageNodes.join(''),
  );
  const root = node('root', 'GROUP', named('Understudy', whole, [0.06, 0.07, 0.08], true), touch, '', pager);
  return `<?xml version='1.0' encoding='UTF-8'?><lexml version='3'>${root}</lexml>`;
}
/** A layout for TouchOSC (2021 and later): zlib over XML. Host and ports are the app's own connection 1, not the layout's. */
export const touchOscLayout = (pages: readonly PanelPage[]): Uint8Array =>
  deflateSync(touchOscXml(pages), { level: 6 });
