import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { addModel } from '../../../server/cli/models-add.js';
import { reportAdded } from '../../../server/cli/model-report.js';
import { listAdded, removeAdded, weightsOf, weightsPath } from '../../../server/likeness/neural/added-models.js';
import { type ModelRole, modelRoles } from '../../../server/likeness/neural/roles.js';
import { encodeTiny, floats, longs } from '../../golden/tiny-onnx.js';
import {
  goldenConverter,
  goldenDfm,
  goldenEnhancer,
  goldenFault,
  goldenOccluder,
  goldenParser,
  goldenRecogniser,
  goldenSwapper,
  plainArithmetic,
} from '../../golden/neural-models.js';

const root = mkdtempSync(join(tmpdir(), 'understudy-add-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const folder = join(root, 'added.models');
let count = 0;
const add = (role: string, bytes: Uint8Array, more: Partial<Parameters<typeof addModel>[0]> = {}) => {
  const file = join(root, `Weights_${++count}.onnx`);
  writeFileSync(file, bytes);
  return addModel({ file, role, id: undefined, licence: 'Apache-2.0', source: 'made here', folder, ...more });
};
const emap = new Float32Array(512 * 512).map((_, i) => (i % 513 === 0 ? 1 : 0));

describe('models add', () => {
  const good: readonly (readonly [ModelRole, () => Uint8Array])[] = [
    ['inswapper', () => goldenSwapper('inswapper', plainArithmetic, { emap })],
    ['hyperswap', () => goldenSwapper('hyperswap')],
    ['blendswap', () => goldenSwapper('blendswap')],
    ['uniface', () => goldenSwapper('uniface')],
    ['crossface-ghost', () => goldenConverter(2)],
    ['arcface', () => goldenRecogniser()],
    ['codeformer', () => goldenEnhancer('codeformer', true)],
    ['xseg', () => goldenOccluder('xseg')],
    ['bisenet', () => goldenParser()],
    ['dfm', () => goldenDfm(128, true, true)],
  ];
  it.each(good)('takes a file with the signature of %s', async (role, make) => {
    const model = await add(role, make());
    expect(model).toMatchObject({ role, licence: 'Apache-2.0', source: 'made here' });
    expect(weightsOf(folder, model.id).sha256).toBe(model.sha256);
  });

  it('tells which input is the picture and which the source, though both are pictures of one size', async () => {
    const names = { target: 'target', source: 'source', output: 'out' };
    const model = await add('uniface', goldenSwapper('uniface', plainArithmetic, { names, sourceFirst: true }));
    expect(model.inputs).toEqual({ target: 'target', source: 'source' });
  });

  it.each([
    ['nan', 'MODEL_OUTPUT_NOT_FINITE'],
    ['flat', 'MODEL_OUTPUT_FLAT'],
  ] as const)('refuses a network that answers %s', async (fault, code) => {
    await expect(add('inswapper', goldenFault(fault))).rejects.toMatchObject({ code });
  });

  it('refuses an answer of the wrong shape, which the file does not say', async () => {
    // The width is worked out from the picture's brightest pixel, so that nobody can know it before a run: it comes out as 256.
    const bytes = encodeTiny({
      inputs: [{ name: 'picture', shape: [1, 3, 512, 512] }],
      outputs: [{ name: 'restored', shape: [1, 3, 'h', 'w'] }],
      constants: [floats('none', [1], [0]), floats('half', [1], [256]), longs('from', [0]), longs('axis', [3])],
      nodes: [
        { op: 'ReduceMax', inputs: ['picture'], outputs: ['most'], int: { keepdims: 0 } },
        { op: 'Mul', inputs: ['most', 'none'], outputs: ['zero'] },
        { op: 'Add', inputs: ['zero', 'half'], outputs: ['side'] },
        { op: 'Cast', inputs: ['side'], outputs: ['to'], int: { to: 7 } },
        { op: 'Slice', inputs: ['picture', 'from', 'to', 'axis'], outputs: ['restored'] },
      ],
    });
    await expect(add('gfpgan', bytes)).rejects.toMatchObject({ code: 'MODEL_OUTPUT_SHAPE' });
  });

  it('refuses the wrong kind, an unknown kind, no licence, no emap, and a file that is no ONNX', async () => {
    await expect(add('ghost', goldenSwapper('inswapper'))).rejects.toMatchObject({ code: 'MODEL_ROLE_MISMATCH' });
    await expect(add('swapper', goldenSwapper('ghost'))).rejects.toMatchObject({ code: 'MODEL_ROLE_UNKNOWN' });
    await expect(add('ghost', goldenSwapper('ghost'), { licence: ' ' })).rejects.toMatchObject({
      code: 'MODEL_LICENCE_UNSAID',
    });
    await expect(add('inswapper', goldenSwapper('inswapper'))).rejects.toMatchObject({ code: 'MODEL_EMAP_MISSING' });
    await expect(add('ghost', Buffer.from('not a model'))).rejects.toMatchObject({ code: 'MODEL_LOAD_FAILED' });
  });

  it('keeps names apart, sees changed bytes, and forgets on request', async () => {
    await add('ghost', goldenSwapper('ghost'), { id: 'mine' });
    await add('ghost', goldenSwapper('ghost'), { id: 'mine' });
    await expect(add('simswap-512', goldenSwapper('simswap-512'), { id: 'mine' })).rejects.toMatchObject({
      code: 'MODEL_ID_TAKEN',
    });
    const stateOf = (id: string) => reportAdded(folder).find((model) => model.id === id)?.state;
    expect(stateOf('mine')).toBe('verified');
    const bytes = readFileSync(weightsPath(folder, 'mine'));
    bytes[bytes.length >> 1]! ^= 1;
    writeFileSync(weightsPath(folder, 'mine'), bytes);
    expect(stateOf('mine')).toBe('tampered');
    removeAdded(folder, 'mine');
    expect(listAdded(folder).some(({ id }) => id === 'mine')).toBe(false);
    expect(() => weightsOf(folder, 'mine')).toThrow(expect.objectContaining({ code: 'MODEL_NOT_ADDED' }));
  });

  it('has a contract for every kind that is offered', () => {
    expect(modelRoles.length).toBeGreaterThan(20);
  });
});
