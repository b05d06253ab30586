import { useSignal, type Signal } from '@preact/signals';
import type { JSX, RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { useDesk } from '../link/desk-context.js';
import { enlargedFace, StageRenderer, views, type ViewName } from './stage-renderer.js';

const textureWidthPx = 480;

/** The stage in three dimensions: wall, camera with its live picture, the performer's face mesh, the director's monitor. */
export function StageView(): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const view = useSignal<ViewName>('Stage');
  const { renderer, missing } = useStageRenderer(canvas);

  const look = (name: ViewName): void => {
    view.value = name;
    renderer.current?.look(name);
  };
  return (
    <section class="card stage-card" aria-label="Stage view">
      {missing.value && <p class="picture-notice">The stage view needs WebGL. Everything else works without it.</p>}
      <canvas
        ref={canvas}
        data-testid="stage-view"
        role="application"
        tabIndex={0}
        aria-label="Stage: LED wall, camera, performer’s face mesh and the director’s monitor. Arrow keys move the view, with Shift they turn it."
      />
      <div class="stage-tools">
        <div class="segments" role="radiogroup" aria-label="Point of view">
          {views.map((name) => (
            <label key={name} class="segment">
              <input
                type="radio"
                name="stage-point-of-view"
                data-testid={`view-${name.toLowerCase()}`}
                checked={view.value === name}
                onChange={() => look(name)}
                onClick={() => look(name)}
              />
              <span>{name}</span>
            </label>
          ))}
        </div>
        <span class="stage-key">
          <i class="key key-low" /> low <i class="key key-mid" /> <i class="key key-high" /> high confidence
          {view.value === 'Stage' || view.value === 'Top' ? ` · face drawn ${enlargedFace}×` : ''}
        </span>
      </div>
    </section>
  );
}

type RendererRef = RefObject<StageRenderer | null>;

/** A renderer for as long as the canvas is on the page; `missing` where there is no WebGL. */
function useStageRenderer(canvas: RefObject<HTMLCanvasElement | null>): {
  renderer: RendererRef;
  missing: Signal<boolean>;
} {
  const renderer = useRef<StageRenderer | null>(null);
  const missing = useSignal(false);
  useEffect(() => {
    const target = canvas.current;
    if (!target) return undefined;
    try {
      renderer.current = new StageRenderer(target);
    } catch {
      missing.value = true;
      return undefined;
    }
    const drawn = renderer.current;
    const size = new ResizeObserver(() => drawn.resize(target.clientWidth, target.clientHeight));
    const onScreen = new IntersectionObserver((entries) =>
      drawn.setOnScreen(entries.some((entry) => entry.isIntersecting)),
    );
    size.observe(target);
    onScreen.observe(target);
    const sweep = setInterval(() => drawn.sweep(), 300);
    return () => {
      clearInterval(sweep);
      size.disconnect();
      onScreen.disconnect();
      drawn.dispose();
      renderer.current = null;
    };
  }, []);
  useLaneFeed(renderer);
  return { renderer, missing };
}

/** Pictures, meshes and tally of the chosen camera, into the scene. */
function useLaneFeed(renderer: RendererRef): void {
  const desk = useDesk();
  const laneId = desk.laneId.value;
  const lane = desk.lane.value;
  useEffect(() => {
    const drawn = renderer.current;
    if (!drawn || laneId === null) return undefined;
    const stops = [
      desk.watchMesh(laneId, (mesh) => drawn.showFace(mesh)),
      ...(['input', 'output'] as const).map((which) =>
        desk.pictures.watch(laneId, which, textureWidthPx, (picture) => {
          (which === 'input' ? drawn.stage.cameraPicture : drawn.stage.monitor).draw(picture);
          drawn.invalidate();
        }),
      ),
    ];
    return () => stops.forEach((stop) => stop());
  }, [laneId]);

  const tally = lane?.onProgram ? 'program' : lane?.onPreview ? 'preview' : 'none';
  useEffect(() => {
    renderer.current?.stage.setTally(tally);
    renderer.current?.invalidate();
  }, [tally]);
}
