import type { PanelConnection, PanelItem, PanelPage } from './panel.js';

const rowPx = 44;
const labelPx = 240;
const controlPx = 420;
const columnPx = labelPx + controlPx + 24;
const rowsOfColumn = 16;

type Widget = Readonly<Record<string, unknown>>;

function widgetOf(item: PanelItem): Widget | null {
  const { address } = item;
  if (item.kind === 'action') return { type: 'button', mode: 'tap', on: 1, off: 0, label: item.label, typeTags: 'i' };
  if (item.kind === 'meter') {
    if (item.descriptor.holds === 'toggle') return { type: 'led', range: { min: 0, max: 1 }, interaction: false };
    return { type: 'text', default: '', interaction: false };
  }
  const { descriptor } = item;
  switch (descriptor.kind) {
    case 'toggle':
      return {
        type: 'button',
        mode: 'toggle',
        on: 1,
        off: 0,
        label: '',
        typeTags: 'i',
        default: descriptor.default ? 1 : 0,
      };
    case 'choice':
      return { type: 'switch', layout: 'horizontal', values: [...descriptor.choices], default: descriptor.default };
    case 'number': {
      const { min, max, step, integer } = descriptor;
      return {
        type: 'fader',
        horizontal: true,
        design: 'compact',
        range: { min, max },
        steps: integer && (max - min) / step <= 200 ? (max - min) / step + 1 : '',
        decimals: integer ? 0 : 3,
        typeTags: integer ? 'i' : 'f',
        default: descriptor.default,
        tooltip: address,
      };
    }
    case 'text':
      return { type: 'input', default: descriptor.default };
  }
}

/** A session of Open Stage Control (1.x): one tab a page, one row a control. It subscribes by itself and renews every half minute. */
export function openStageControlSession(
  pages: readonly PanelPage[],
  { host, oscPort }: PanelConnection,
  version: string,
): string {
  const target = `${host}:${oscPort}`;
  const subscribe = `send('${target}', '/understudy/subscribe', '/understudy/', 60)`;
  const tabs = pages.map((page) => ({
    type: 'tab',
    id: `tab-${page.id}`,
    label: page.label,
    layout: 'default',
    scroll: true,
    widgets: page.items.flatMap((item, at) => {
      const widget = widgetOf(item);
      if (widget === null) return [];
      const left = Math.floor(at / rowsOfColumn) * columnPx;
      const top = (at % rowsOfColumn) * rowPx;
      const box = { top, height: rowPx - 6 };
      const id = item.address.slice(1).replaceAll('/', '_');
      const label = {
        type: 'text',
        id: `label_${id}`,
        ...box,
        left,
        width: labelPx,
        default: item.label,
        align: 'right',
        address: `/label/${id}`,
        bypass: true,
        comments: item.descriptor.help,
      };
      return [
        label,
        {
          ...widget,
          id,
          ...box,
          left: left + labelPx + 8,
          width: controlPx,
          address: item.address,
          target: [target],
          comments: item.descriptor.help,
        },
      ];
    }),
  }));
  const content = {
    type: 'root',
    id: 'root',
    widgets: [],
    tabs,
    onCreate: `${subscribe}\nsetInterval(() => ${subscribe}, 30000)`,
  };
  return JSON.stringify(
    {
      createdWith: 'Open Stage Control',
      version: '1.27.0',
      type: 'session',
      comments: `Understudy ${version}`,
      content,
    },
    null,
    1,
  );
}
