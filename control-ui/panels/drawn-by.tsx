import type { JSX } from 'preact';
import type { DrawnBy, EngineMark, ModelMark } from '../../server/protocol/messages.js';
import { useDesk } from '../link/desk-context.js';

const kindWords: Record<EngineMark['kind'], string> = { mesh: 'mesh', swap: 'face network', dfm: 'DFM' };

/** As much of a digest as tells files apart at a glance; the whole of it is in the title. */
export const shortDigest = (sha256: string): string => sha256.slice(0, 12);

function Model({ model }: { readonly model: ModelMark }): JSX.Element {
  const { id, role, licence, sha256 } = model;
  return (
    <li title={`SHA-256 ${sha256}`}>
      {role}: {id} <code>{shortDigest(sha256)}</code> <span class="muted">{licence}</span>
    </li>
  );
}

/** An engine with every file of weights in it: name, digest, licence. */
export function EngineFacts({ engine }: { readonly engine: EngineMark }): JSX.Element {
  return (
    <div class="engine-facts">
      Drawn by the {kindWords[engine.kind]}
      {engine.models.length > 0 && (
        <ul>
          {engine.models.map((model) => (
            <Model key={model.sha256} model={model} />
          ))}
        </ul>
      )}
    </div>
  );
}

/** In a line: "by the DFM anna-old 1f3a…", "by the mesh of Sasha 44dd…". */
export function DrawnLine({ drawnBy }: { readonly drawnBy: DrawnBy }): JSX.Element {
  const desk = useDesk();
  const [model] = drawnBy.models;
  const name = desk.likenesses.value.find(({ id }) => id === drawnBy.likenessId)?.name;
  const title = [
    `Package ${drawnBy.digest}`,
    ...drawnBy.models.map(({ role, id, licence, sha256 }) => `${role} ${id}, ${licence}, ${sha256}`),
  ].join('\n');
  return (
    <span class="drawn-by" title={title}>
      by the {kindWords[drawnBy.kind]}
      {model ? (
        <>
          {' '}
          {model.id} <code>{shortDigest(model.sha256)}</code> <span class="muted">{model.licence}</span>
        </>
      ) : (
        <>
          {' '}
          of {name} <code>{shortDigest(drawnBy.digest)}</code>
        </>
      )}
    </span>
  );
}
