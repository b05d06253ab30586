import { builtInProviders, createSession } from '../../onnx/ort.js';
import { type ExecutionProvider, executionProviders } from '../../onnx/port.js';
import { attempt, type Check, missing, ok } from './check.js';

/** The smallest model: whether a provider can be used does not depend on which one is tried. */
const probeModel = 'blazeface-back';

/** Null where models run on the provider; else why not, in a line. */
async function whyNot(executionProvider: ExecutionProvider): Promise<string | null> {
  try {
    await (await createSession(probeModel, { executionProvider })).close();
    return null;
  } catch (error) {
    return (error instanceof Error ? error.message : String(error)).split('\n', 1)[0]!;
  }
}

/** Which execution providers a show may ask for on this machine; each is tried with a real model. */
export async function checkInference(): Promise<Check[]> {
  const builtIn = await builtInProviders().catch(() => [] as string[]);
  const checks: Check[] = [];
  for (const provider of executionProviders) {
    // What this platform's build does not contain is no news; the CPU is always tried.
    if (provider !== 'cpu' && !builtIn.includes(provider)) continue;
    const name = `models on ${provider}`;
    checks.push(
      await attempt(name, async () => {
        const reason = await whyNot(provider);
        if (reason === null) return ok(name, 'a model ran there', provider === 'cpu');
        return missing(
          name,
          reason,
          'Only where the show file or --provider asks for it: install its driver and libraries.',
          provider === 'cpu',
        );
      }),
    );
  }
  return checks;
}
