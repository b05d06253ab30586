import { Script } from 'node:vm';
import { inflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { registryOf } from '../../server/declarations.js';
import { validateValue } from '../../server/params/validate.js';
import { companionPages } from '../../server/surfaces/layouts/companion.js';
import { openStageControlSession } from '../../server/surfaces/layouts/open-stage-control.js';
import { labelOf, panelOf } from '../../server/surfaces/layouts/panel.js';
import { touchOscLayout, touchOscXml } from '../../server/surfaces/layouts/touchosc.js';

const registry = registryOf(
  [
    { id: 'cam-a', label: 'A camera' },
    { id: 'cam-b', label: 'B & "B" <camera>' },
  ],
  [{ id: 'split', label: 'Split', laneId: 'cam-a' }],
  [{ id: 'wall', label: 'Wall' }],
);
const pages = panelOf(registry);
const connection = { host: '10.20.4.10', oscPort: 8000, feedbackPort: 9001 };
const known = new Set([...registry.instances, ...registry.actions, ...registry.meters].map(({ address }) => address));
const bypass = '/understudy/output/cam-a/output/bypass';

it('a panel has a page for the show and one for each camera, monitor and multiview, and everything on them but actions that need an argument', () => {
  expect(pages.map(({ label }) => label)).toEqual(['Show', 'A camera', 'B & "B" <camera>', 'Split', 'Wall']);
  const on = new Set(pages.flatMap(({ items }) => items.map(({ address }) => address)));
  const off = [...known].filter((address) => !on.has(address));
  expect(off.every((address) => registry.findAction(address)?.descriptor.argument !== null)).toBe(true);
  expect(labelOf({ key: 'keyframe.intervalFrames' })).toBe('keyframe interval');
  expect(labelOf({ key: 'likeness.mix01' })).toBe('likeness mix');
});

describe('Companion', () => {
  interface Control {
    style: { text: string };
    feedbacks: { definitionId: string; connectionId: string; options: { path: string; arguments: unknown } }[];
    steps: {
      '0': { action_sets: { down: { definitionId: string; connectionId: string; options: Record<string, string> }[] } };
    };
  }
  interface Page {
    version: number;
    type: string;
    page: { name: string; controls: Record<string, Record<string, Control>> };
    instances: Record<string, { moduleId: string; config: Record<string, unknown> }>;
  }
  const files = Object.values(companionPages(pages, connection)).map((text) => JSON.parse(text) as Page);
  const controls = files.flatMap(({ page }) => Object.values(page.controls).flatMap((row) => Object.values(row)));

  it('every page fits a Stream Deck XL and names the OSC connection with this host and its feedback port', () => {
    for (const { version, type, page, instances } of files) {
      expect([version, type]).toEqual([9, 'page']);
      expect(Object.keys(page.controls).length).toBeLessThanOrEqual(4);
      for (const row of Object.values(page.controls)) expect(Object.keys(row).length).toBeLessThanOrEqual(8);
      const [[id, instance]] = Object.entries(instances) as [[string, Page['instances'][string]]];
      expect(instance.moduleId).toBe('generic-osc');
      expect(instance.config).toMatchObject({
        host: '10.20.4.10',
        targetPort: '8000',
        listen: true,
        feedbackPort: '9001',
      });
      const used = Object.values(page.controls)
        .flatMap((row) => Object.values(row))
        .flatMap((one) => [...one.feedbacks, ...one.steps['0'].action_sets.down]);
      expect(new Set(used.map(({ connectionId }) => connectionId))).toEqual(new Set([id]));
    }
  });
  it('every key sends what the server takes, and lights by an address that is there', () => {
    for (const { feedbacks, steps } of controls) {
      for (const { options } of feedbacks) expect(known.has(options.path), options.path).toBe(true);
      for (const { definitionId, options } of steps['0'].action_sets.down) {
        const path = options['path']!;
        const named = /^"?(\/[^" ]+)/.exec(options['string'] ?? options['arguments'] ?? '')?.[1];
        if (path === '/understudy/toggle' || path === '/understudy/nudge') expect(known.has(named!), named).toBe(true);
        else if (path !== '/understudy/subscribe') expect(known.has(path), path).toBe(true);
        const instance = registry.find(path);
        if (definitionId === 'send_string' && instance !== null)
          expect(validateValue(instance.descriptor, options['string']!).ok, `${path} ${options['string']}`).toBe(true);
      }
    }
    const key = controls.find(({ steps }) => steps['0'].action_sets.down[0]?.options['string'] === bypass)!;
    expect(key.steps['0'].action_sets.down[0]).toMatchObject({
      definitionId: 'send_string',
      options: { path: '/understudy/toggle' },
    });
    expect(key.feedbacks[0]).toMatchObject({
      definitionId: 'osc_feedback_int',
      options: { path: bypass, arguments: 1 },
    });
  });
});

describe('Open Stage Control', () => {
  interface Widget {
    type: string;
    id: string;
    address: string;
    target?: string[];
    values?: string[];
    range?: { min: number; max: number };
  }
  const session = JSON.parse(openStageControlSession(pages, connection, '0')) as {
    type: string;
    content: { onCreate: string; tabs: { label: string; widgets: Widget[] }[] };
  };
  const widgets = session.content.tabs.flatMap((tab) => tab.widgets);

  it('has a widget for each address, with its range or choices, sent to this host', () => {
    const live = widgets.filter(({ target }) => target !== undefined);
    expect(live.map(({ address }) => address).sort()).toEqual(
      pages.flatMap(({ items }) => items.map(({ address }) => address)).sort(),
    );
    expect(new Set(widgets.map(({ id }) => id)).size).toBe(widgets.length);
    for (const { address, target, values, range } of live) {
      expect(target).toEqual(['10.20.4.10:8000']);
      const descriptor = registry.find(address)?.descriptor;
      if (descriptor?.kind === 'choice') expect(values).toEqual(descriptor.choices);
      if (descriptor?.kind === 'number') expect(range).toEqual({ min: descriptor.min, max: descriptor.max });
    }
  });
  it('subscribes by itself, and its script parses', () => {
    expect(session.type).toBe('session');
    expect(session.content.onCreate).toContain("'/understudy/subscribe'");
    expect(() => new Script(session.content.onCreate)).not.toThrow();
  });
});

describe('TouchOSC', () => {
  const xml = touchOscXml(pages);
  it('is zlib over XML whose elements all close', () => {
    const bytes = touchOscLayout(pages);
    expect([bytes[0], bytes[1]]).toEqual([0x78, 0x9c]);
    expect(inflateSync(bytes).toString('utf8')).toBe(xml);
    const open: string[] = [];
    for (const [, closing, name] of xml.replaceAll(/<!\[CDATA\[.*?\]\]>/gs, '').matchAll(/<(\/?)([A-Za-z]+)[^>?]*>/g)) {
      if (closing === '') open.push(name!);
      else expect(open.pop()).toBe(name);
    }
    expect(open).toEqual([]);
  });
  it('every node has a frame and an id of its own, and every address is built of its parts', () => {
    const ids = [...xml.matchAll(/<node ID='([^']+)'/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect([...xml.matchAll(/<key><!\[CDATA\[frame\]\]><\/key>/g)]).toHaveLength(ids.length);
    const paths = [...xml.matchAll(/<path>(.*?)<\/path>/g)].map(([, path]) =>
      [...path!.matchAll(/<value><!\[CDATA\[(.*?)\]\]><\/value>/g)].map(([, text]) => text).join(''),
    );
    expect(paths.length).toBeGreaterThan(50);
    expect(paths.filter((path) => !known.has(path))).toEqual([]);
    expect(paths).toContain(bypass);
  });
});
