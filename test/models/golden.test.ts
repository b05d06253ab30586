import { describe, expect, it } from 'vitest';
import { makeModel } from '../../models/install.js';
import { manifestIds, readManifest } from '../../models/manifest.js';
import { readVerifiedSources } from '../../models/verify.js';
import { openModel } from '../../server/onnx/ort.js';
import { fillGoldenInput, readGolden } from './golden.js';
import { packagesRoot } from './ready.js';

/**
 * Greatest difference allowed, as a part of the tensor's largest magnitude (at least 1): summation order only. The largest seen
 * is 2.5e-5, in the matte.
 */
const tolerance = 5e-5;

const models = manifestIds()
  .map((id) => readManifest(id))
  .filter((manifest) => manifest.inputs.length > 0);

describe('converted models answer as the originals do in TFJS', () => {
  for (const manifest of models) {
    for (const target of ['cpu', 'gpu'] as const) {
      it(`${manifest.id}, ${target} graph`, async () => {
        const bytes = makeModel(manifest, readVerifiedSources(manifest, packagesRoot), target);
        const session = await openModel({ manifest, bytes });
        for (const { input, outputs } of readGolden(manifest.id).cases) {
          const image = await fillGoldenInput(input, manifest);
          const answers = await session.infer(
            (inputs) => inputs['image']!.set(image),
            (tensors) => structuredClone(tensors),
          );
          for (const golden of outputs) {
            const answer = answers[golden.name]!;
            const allowed = tolerance * Math.max(1, Math.abs(golden.min), Math.abs(golden.max));
            for (const [index, value] of golden.samples) {
              expect(Math.abs(answer[index]! - value), `${input.kind} ${golden.name}[${index}]`).toBeLessThanOrEqual(
                allowed,
              );
            }
            const mean = answer.reduce((sum, value) => sum + value, 0) / answer.length;
            expect(Math.abs(mean - golden.mean), `${input.kind} ${golden.name} mean`).toBeLessThanOrEqual(allowed);
          }
        }
        await session.close();
      });
    }
  }

  it('tells the photographed face from noise', () => {
    for (const id of ['facemesh-attention', 'facemesh-v2']) {
      const presence = readGolden(id).cases.map(({ outputs }) => outputs.find(({ name }) => name === 'presence')!.mean);
      expect(presence[0]).toBeLessThan(0.1);
      expect(presence[1]).toBeGreaterThan(0.9);
    }
  });
});
