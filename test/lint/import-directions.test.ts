import { join } from 'node:path';
import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';
import { describe, expect, it } from 'vitest';
import { doors, rooms } from './rules/rooms.js';
import { projectRoot } from '../../server/paths.js';

/** What the plugin's own types leave out. */
interface RulesByName {
  readonly rules: Readonly<
    Record<string, { readonly meta?: { readonly docs?: { readonly requiresTypeChecking?: boolean } } }>
  >;
}
const typedRules = new Set(
  Object.entries((tseslint.plugin as unknown as RulesByName).rules)
    .filter(([, rule]) => rule.meta?.docs?.requiresTypeChecking)
    .map(([name]) => `@typescript-eslint/${name}`),
);
/** The tree's own rules; those that need types make a program of the whole tree for every snippet, so only what asks for them gets them. */
const withTypes = new ESLint({ cwd: projectRoot });
const bySyntax = new ESLint({
  cwd: projectRoot,
  overrideConfig: { files: ['**/*.ts', '**/*.tsx'], languageOptions: { parserOptions: { projectService: false } } },
  ruleFilter: ({ ruleId }) => !typedRules.has(ruleId),
});

/** Rules that bite on `text` where it stood in the place of `file` (a real file, where types come from its project). */
async function faults(file: string, text: string, eslint = bySyntax): Promise<string[]> {
  const [result] = await eslint.lintText(text, { filePath: join(projectRoot, file) });
  const fatal = result!.messages.find((message) => message.fatal);
  if (fatal) throw new Error(`the snippet does not parse: ${fatal.message}`);
  return result!.messages.filter((message) => message.severity === 2).map((message) => message.ruleId ?? '');
}
const importing = (what: string, from: string): string => `import { ${what} } from '${from}';\nvoid ${what};\n`;

const direction = 'understudy/import-directions';
const door = 'understudy/one-door';

describe('imports that run the wrong way are refused', () => {
  it.each([
    [
      'a stage that knows another stage',
      'server/stages/track/stage.ts',
      importing('FlowPropagator', '../propagate/stage.js'),
    ],
    [
      'a stage that knows a surface',
      'server/stages/composite/stage.ts',
      importing('Dispatcher', '../../surfaces/dispatch/dispatch.js'),
    ],
    ['a stage that knows the pipeline', 'server/stages/send/stage.ts', importing('Lane', '../../pipeline/lane.js')],
    [
      'a stage that opens libndi itself',
      'server/stages/receive/stage.ts',
      importing('openLibndi', '../../ndi/libndi.js'),
    ],
    [
      'the pipeline that knows a surface',
      'server/pipeline/lane.ts',
      importing('WsSurface', '../surfaces/ws/ws-surface.js'),
    ],
    [
      'the pipeline that knows control',
      'server/pipeline/fallback.ts',
      importing('AlarmBoard', '../control/alarm-board.js'),
    ],
    [
      'a second file of the pipeline that knows stages',
      'server/pipeline/lane.ts',
      importing('TrackStage', '../stages/track/stage.js'),
    ],
    [
      'a surface that knows a stage',
      'server/surfaces/osc/osc-surface.ts',
      importing('SendStage', '../../stages/send/stage.js'),
    ],
    [
      'a surface that knows the pipeline',
      'server/surfaces/http/metrics.ts',
      importing('LaneMeters', '../../pipeline/meters.js'),
    ],
    ['control that knows the pipeline', 'server/control/alarm-board.ts', importing('Lane', '../pipeline/lane.js')],
    ['the frame that knows a kernel', 'server/frame/geometry.ts', importing('KernelMemory', '../kernels/memory.js')],
    ['a kernel that knows a stage', 'server/kernels/blend.ts', importing('LabelStage', '../stages/label/stage.js')],
    ['a kernel that knows a parameter', 'server/kernels/blend.ts', importing('defineParams', '../params/define.js')],
    [
      'assembly that knows its host',
      'server/kernels/assembly/blend.ts',
      "import { KernelMemory } from '../memory';\nKernelMemory;\n",
    ],
    ['the server that knows the page', 'server/control/alarm-board.ts', importing('Page', '../../control-ui/page.js')],
    [
      'the page that knows the server',
      'control-ui/panels/alarms.tsx',
      importing('Dispatcher', '../../server/surfaces/dispatch/dispatch.js'),
    ],
    ['models that know the server', 'models/verify.ts', importing('createSession', '../server/onnx/ort.js')],
    [
      'the protocol that knows anything',
      'server/protocol/binary.ts',
      importing('KernelMemory', '../kernels/memory.js'),
    ],
    [
      'an import hidden in a call',
      'server/stages/track/stage.ts',
      "export const other = await import('../propagate/stage.js');\n",
    ],
    [
      'an import hidden in an export',
      'server/stages/track/stage.ts',
      "export { FlowPropagator } from '../propagate/stage.js';\n",
    ],
    [
      'an import hidden in a type',
      'server/stages/track/stage.ts',
      "export type Other = import('../propagate/stage.js').FlowPropagator;\n",
    ],
  ])('%s', async (_what, file, text) => {
    expect(await faults(file, text)).toContain(direction);
  });

  it('a port may be known by its types only', async () => {
    const port = '../../ndi/port.js';
    const file = 'server/stages/send/stage.ts';
    expect(await faults(file, `import type { NdiPort } from '${port}';\nexport type P = NdiPort;\n`)).toEqual([]);
    expect(await faults(file, `import * as port from '${port}';\nvoid port;\n`)).toContain(direction);
  });

  it('a file in a folder that nobody has placed is refused', async () => {
    const [result] = await bySyntax.lintText('export const a = 1;\n', {
      filePath: join(projectRoot, 'server/utils/a.ts'),
    });
    expect(result!.messages.map((message) => message.message).join()).toContain('is in no room');
  });
});

describe('imports that run the right way are accepted', () => {
  it.each([
    [
      'the composition root knows every stage',
      'server/pipeline/wire.ts',
      importing('TrackStage', '../stages/track/stage.js'),
    ],
    ['a stage knows kernels', 'server/stages/composite/stage.ts', importing('KernelMemory', '../../kernels/memory.js')],
    [
      'a surface ends in dispatch',
      'server/surfaces/osc/osc-surface.ts',
      importing('Dispatcher', '../dispatch/dispatch.js'),
    ],
    [
      'the page knows the protocol',
      'control-ui/panels/alarms.tsx',
      "import type { ServerMessage } from '../../server/protocol/messages.js';\nexport type M = ServerMessage;\n",
    ],
  ])('%s', async (_what, file, text) => {
    expect(await faults(file, text)).toEqual([]);
  });
});

describe('a foreign library has one door', () => {
  it.each([
    ['koffi', 'server/pipeline/lane.ts', "import koffi from 'koffi';\nvoid koffi;\n"],
    [
      'onnxruntime-node',
      'server/stages/keyframe/analysis/matte.ts',
      "import * as ort from 'onnxruntime-node';\nvoid ort;\n",
    ],
    ['@julusian/jpeg-turbo', 'server/pipeline/lane.ts', importing('compress', '@julusian/jpeg-turbo')],
    ['@napi-rs/canvas', 'server/stages/composite/stage.ts', importing('createCanvas', '@napi-rs/canvas')],
    ['osc', 'server/surfaces/ws/ws-surface.ts', "import osc from 'osc/src/osc.js';\nvoid osc;\n"],
    ['fastify', 'server/pipeline/lane.ts', "import Fastify from 'fastify';\nvoid Fastify;\n"],
    ['ws', 'server/surfaces/http/metrics.ts', importing('WebSocketServer', 'ws')],
    ['@tensorflow/tfjs-core', 'models/verify.ts', "import * as tf from '@tensorflow/tfjs-core';\nvoid tf;\n"],
  ])('%s is refused elsewhere', async (_name, file, text) => {
    expect(await faults(file, text)).toContain(door);
  });
  it('grandiose-mac is never imported, also not at the NDI door', async () => {
    expect(await faults('server/ndi/library.ts', "export const g = await import('grandiose-mac');\n")).toContain(door);
  });
  it('koffi and onnxruntime-node pass through their own', async () => {
    expect(await faults('server/ndi/native.ts', "import koffi from 'koffi';\nvoid koffi;\n")).toEqual([]);
    expect(await faults('server/onnx/ort.ts', "import * as ort from 'onnxruntime-node';\nvoid ort;\n")).toEqual([]);
  });
});

describe('one clock, one maker of labelled frames, no holes in the types', () => {
  const label =
    "import type { CompositedFrame, LabelledFrame } from '../frame/frames.js';\nexport const send = (frame: CompositedFrame): LabelledFrame => frame as LabelledFrame;\n";
  it.each([
    ['Date', 'server/pipeline/lane.ts', 'export const now = (): number => Date.now();\n', 'no-restricted-globals'],
    [
      'performance',
      'server/stages/send/stage.ts',
      'export const now = (): number => performance.now();\n',
      'no-restricted-globals',
    ],
    [
      'process.hrtime',
      'server/kernels/blend.ts',
      'export const now = (): bigint => process.hrtime.bigint();\n',
      'no-restricted-properties',
    ],
    [
      'node:perf_hooks',
      'server/pipeline/lane.ts',
      importing('performance', 'node:perf_hooks'),
      'no-restricted-imports',
    ],
    ['a cast to LabelledFrame', 'server/pipeline/lane.ts', label, 'understudy/labelled-frame'],
    [
      'a cast to LabelledFrame by way of unknown',
      'server/pipeline/slate.ts',
      label.replace('frame as L', 'frame as unknown as L'),
      'understudy/labelled-frame',
    ],
    [
      'any',
      'server/frame/geometry.ts',
      'export const a = (b: any): string => String(b);\n',
      '@typescript-eslint/no-explicit-any',
    ],
    [
      'a promise nobody waits for',
      'server/pipeline/lane.ts',
      'const f = async (): Promise<void> => {};\nf();\n',
      '@typescript-eslint/no-floating-promises',
    ],
    [
      'a switch that forgets a case',
      'server/pipeline/lane.ts',
      "export const f = (a: 'x' | 'y'): number => {\n  switch (a) {\n    case 'x':\n      return 1;\n  }\n  return 2;\n};\n",
      '@typescript-eslint/switch-exhaustiveness-check',
    ],
    [
      'a placeholder in plain quotes',
      'server/pipeline/lane.ts',
      "export const a = 'port $" + "{port}';\n",
      'no-template-curly-in-string',
    ],
  ])('%s is refused', async (_what, file, text, rule) => {
    expect(await faults(file, text, typedRules.has(rule) ? withTypes : bySyntax)).toContain(rule);
  });
  it('the clock itself may ask the machine, and the label stage may say labelled', async () => {
    expect(await faults('server/time/clock.ts', 'export const now = (): number => Date.now();\n')).toEqual([]);
    expect(await faults('server/stages/label/stage.ts', label.replace('../frame', '../../frame'))).toEqual([]);
  });
});

describe('the table of rooms', () => {
  it('names only rooms that exist in it', () => {
    for (const [room, { imports, types }] of Object.entries(rooms)) {
      for (const other of [...imports, ...types]) expect(Object.keys(rooms), `${room} names ${other}`).toContain(other);
    }
  });
  it('has no circle of rooms that import each other', () => {
    const visiting = new Set<string>();
    const done = new Set<string>();
    const visit = (room: string, path: readonly string[]): void => {
      if (done.has(room)) return;
      expect(visiting.has(room), `${[...path, room].join(' → ')}`).toBe(false);
      visiting.add(room);
      // A room inside another may use it: wire.ts is part of the pipeline that it puts together.
      for (const other of rooms[room]!.imports)
        if (other !== room && !room.startsWith(`${other}/`)) visit(other, [...path, room]);
      visiting.delete(room);
      done.add(room);
    };
    for (const room of Object.keys(rooms)) visit(room, []);
  });
  it('gives every listed library a door, except the one that is never opened', () => {
    const closed = Object.entries(doors).filter(([, files]) => files.length === 0);
    expect(closed.map(([name]) => name)).toEqual(['grandiose-mac']);
  });
});
