import type { MultiviewOptions } from '../pipeline/multiview-options.js';
import { monitorValues } from '../show/monitor-values.js';
import type { ShowMultiview } from '../show/schema.js';
import { productVersion } from '../version.js';
import type { KeptProcess } from './child.js';
import type { RunFacts } from './process-options.js';

const usualSize = { widthPx: 1280, heightPx: 720, framesPerSecond: 25 } as const;

/** What a multiview's process is started with. */
function optionsOf(multiview: ShowMultiview, { show, runFolder, interfaces, machineName }: RunFacts): MultiviewOptions {
  const { id, outputName, groups, tiles, widthPx, heightPx, framesPerSecond } = multiview;
  const labels = new Map(show.sources.map((source) => [source.id, source.label ?? source.id]));
  return {
    ...{ id, outputName, groups: groups ?? null },
    widthPx: widthPx ?? usualSize.widthPx,
    heightPx: heightPx ?? usualSize.heightPx,
    framesPerSecond: framesPerSecond ?? usualSize.framesPerSecond,
    tiles: (tiles ?? [...labels.keys()]).map((laneId) => ({ laneId, label: labels.get(laneId) ?? laneId })),
    values: { ...monitorValues(show), ...show.values },
    ...{ runFolder, interfaceAddresses: interfaces, machineName, version: productVersion },
    discoveryServers: show.discoveryServers ?? [],
    askAddresses: show.askAddresses ?? [],
  };
}

/** The processes of the show's multiviews. One whose entry or cameras changed is started anew; no lane notices. */
export class Multiviews {
  readonly #running = new Map<string, { readonly kept: KeptProcess; readonly text: string }>();

  constructor(private readonly keep: (name: string, options: MultiviewOptions) => KeptProcess) {}

  get kept(): readonly KeptProcess[] {
    return [...this.#running.values()].map(({ kept }) => kept);
  }

  async follow(facts: RunFacts): Promise<void> {
    const wanted = new Map((facts.show.multiviews ?? []).map((each) => [each.id, optionsOf(each, facts)]));
    for (const [id, { kept, text }] of [...this.#running]) {
      if (JSON.stringify(wanted.get(id)) === text) continue;
      this.#running.delete(id);
      await kept.close(3000);
    }
    for (const [id, options] of wanted) {
      if (this.#running.has(id)) continue;
      const kept = this.keep(`multiview-${id}`, options);
      this.#running.set(id, { kept, text: JSON.stringify(options) });
    }
  }
  async close(): Promise<void> {
    await Promise.all(this.kept.map((kept) => kept.close(3000)));
  }
}
