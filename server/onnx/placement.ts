import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { InferenceSession } from 'onnxruntime-node';
import { CodedError } from '../errors/coded-error.js';
import type { ExecutionProvider, Placement } from './port.js';
import { nodesByProvider, profileNames } from './providers.js';

/**
 * Finds out which provider runs a model's nodes, by the runtime's own profile of the first run. The binding has no call for
 * that, and a provider that is asked for but cannot run a node leaves it to the CPU without a word.
 */
export class PlacementProfile {
  readonly #folder = mkdtempSync(join(tmpdir(), 'understudy-placement-'));

  get options(): InferenceSession.SessionOptions {
    return { enableProfiling: true, profileFilePrefix: join(this.#folder, 'run') };
  }

  /** Ends the profile, so that later runs cost nothing more. Throws MODEL_PROVIDER_UNUSED. */
  read(session: InferenceSession, model: string, asked: ExecutionProvider): Placement {
    session.endProfiling();
    const file = readdirSync(this.#folder).find((name) => name.endsWith('.json'));
    const nodes = file === undefined ? {} : nodesByProvider(readFileSync(join(this.#folder, file), 'utf8'));
    if ((nodes[profileNames[asked]] ?? 0) === 0) {
      const found = Object.keys(nodes).join(', ') || 'nothing that it would name';
      throw new CodedError('MODEL_PROVIDER_UNUSED', { provider: asked, model, found });
    }
    return { asked, nodes };
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
