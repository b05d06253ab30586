import { beforeAll, describe, expect, it } from 'vitest';
import { readManifest, type ModelManifest } from '../../models/manifest.js';
import { readVerifiedModel } from '../../models/verify.js';
import { fakeSessions } from '../../server/onnx/fake.js';
import { createSession, openModel } from '../../server/onnx/ort.js';
import { ensureModels } from '../models/ready.js';

beforeAll(() => ensureModels('selfie', 'blazeface-back'));

describe('the door to ONNX Runtime', () => {
  it('answers queued calls each with its own input', async () => {
    const session = await createSession('blazeface-back', { threads: 2 });
    const levels = [0, 0.25, 0.5, 0.75, 1];
    const ask = (level: number): Promise<number[]> =>
      session.infer(
        ({ image }) => image!.fill(level),
        ({ scores16 }) => Array.from(scores16!),
      );
    const alone: number[][] = [];
    for (const level of levels) alone.push(await ask(level));
    const together = await Promise.all(levels.map(ask));
    expect(together).toEqual(alone);
    expect(new Set(alone.map((answer) => answer.join())).size).toBe(levels.length);
    await session.close();
  });

  it('stays usable after a callback throws, and refuses work once closed', async () => {
    const session = await createSession('selfie');
    const failing = session.infer(
      () => {
        throw new Error('no picture');
      },
      () => 1,
    );
    await expect(failing).rejects.toThrow('no picture');
    await expect(
      session.infer(
        ({ image }) => image!.fill(0),
        () => 2,
      ),
    ).resolves.toBe(2);
    await Promise.all([session.close(), session.close()]);
    await expect(
      session.infer(
        () => undefined,
        () => 3,
      ),
    ).rejects.toThrow('closed');
  });

  it('refuses a model that is unknown, is not a model, or has other tensors than its manifest promises', async () => {
    await expect(createSession('selfi')).rejects.toMatchObject({ code: 'MODEL_UNKNOWN' });
    const { manifest, bytes } = readVerifiedModel('selfie');
    await expect(openModel({ manifest, bytes: bytes.subarray(0, 1000) })).rejects.toMatchObject({
      code: 'MODEL_LOAD_FAILED',
    });
    const taller: ModelManifest = { ...manifest, inputs: [{ ...manifest.inputs[0]!, shape: [1, 512, 256, 3] }] };
    await expect(openModel({ manifest: taller, bytes })).rejects.toMatchObject({
      code: 'MODEL_TENSOR_MISMATCH',
      context: { tensor: 'image', found: '1×256×256×3', expected: '1×512×256×3' },
    });
  });

  it('gives the same bits with one thread and with two', async () => {
    const answers: Float32Array[] = [];
    for (const threads of [1, 2]) {
      const session = await createSession('selfie', { threads });
      answers.push(
        await session.infer(
          ({ image }) => image!.forEach((_, i, all) => (all[i] = (i % 97) / 97)),
          ({ alpha }) => alpha!.slice(),
        ),
      );
      await session.close();
    }
    expect(answers[1]).toEqual(answers[0]);
  });
});

describe('the fake door', () => {
  it('has the real tensors and runs the given function', async () => {
    const create = fakeSessions({ faceres: ({ image }, { embedding }) => embedding!.fill(image![0]!) });
    const session = await create('faceres');
    expect(session.manifest).toEqual(readManifest('faceres'));
    const read = await session.infer(
      ({ image }) => image!.fill(3),
      ({ embedding }) => [embedding!.length, embedding![1023]],
    );
    expect(read).toEqual([1024, 3]);
  });
});
