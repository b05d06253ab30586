import { useSignal, type Signal } from '@preact/signals';
import type { JSX, RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { StageViewpoint } from '../../server/protocol/show.js';
import { useDesk } from '../link/desk-context.js';
import { nowMs } from '../link/page-clock.js';
import { StageEditor } from './stage-editor.js';
import { enlargedFace, StageRenderer, views, type ViewName } from './stage-renderer.js';
import { stageStateOf } from './stage-state.js';

const textureWidthPx = 480;
/** Pictures and faces of cameras that are not chosen move more slowly: the stage view is no monitor. */
const chosenEveryMs = 60;
const otherEveryMs = 300;

/** The stage in three dimensions: walls, cameras with their live pictures, faces by confidence, the director's monitor. */
export function StageView({ editable }: { readonly editable: boolean }): JSX.Element {
  const desk = useDesk();
  const canvas = useRef<HTMLCanvasElement>(null);
  const view = useSignal<ViewName | null>('Stage');
  const { renderer, missing } = useStageRenderer(canvas, editable);
  const look = (name: ViewName): void => {
    view.value = name;
    renderer.current?.look(name);
  };
  const saved = desk.book.value?.stage.views ?? [];
  const lookFrom = (from: StageViewpoint): void => {
    view.value = null;
    renderer.current?.lookFrom(from);
  };
  return (
    <div class={editable ? 'stage-desk' : 'stage-alone'}>
      <section class="card stage-card" aria-label="Stage view">
        {missing.value && <p class="picture-notice">The stage view needs WebGL. Everything else works without it.</p>}
        <canvas
          ref={canvas}
          data-testid="stage-view"
          role="application"
          tabIndex={0}
          aria-label="Stage: LED walls, cameras with their pictures, faces, the director’s monitor. Arrow keys move the view, with Shift they turn it."
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
          {editable &&
            saved.map((each) => (
              <button
                key={each.name}
                type="button"
                data-testid={`saved-view-${each.name}`}
                onClick={() => lookFrom(each)}
              >
                {each.name}
              </button>
            ))}
          <span class="stage-key">
            <i class="key key-low" /> low <i class="key key-mid" /> <i class="key key-high" /> high confidence
            {view.value === 'Face' || view.value === 'Lens' ? '' : ` · face drawn ${enlargedFace}×`}
          </span>
        </div>
      </section>
      {editable && <StageEditor viewpoint={(name) => renderer.current?.viewpoint(name) ?? null} />}
    </div>
  );
}

type RendererRef = RefObject<StageRenderer | null>;

/** A renderer for as long as the canvas is on the page; `missing` where there is no WebGL. */
function useStageRenderer(
  canvas: RefObject<HTMLCanvasElement | null>,
  editable: boolean,
): { renderer: RendererRef; missing: Signal<boolean> } {
  const state = stageStateOf(useDesk());
  const renderer = useRef<StageRenderer | null>(null);
  const missing = useSignal(false);
  useEffect(() => {
    const target = canvas.current;
    if (!target) return undefined;
    try {
      renderer.current = new StageRenderer(target, {
        onPick: (pick) => {
          if (editable) state.picked.value = pick;
        },
        onMove: (pick, part) => state.drag(pick, part),
        onDone: () => void state.keep(),
      });
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
  useStage(renderer, editable);
  useFeeds(renderer);
  return { renderer, missing };
}

/** Walls, cameras, pick and tool, into the scene. */
function useStage(renderer: RendererRef, editable: boolean): void {
  const desk = useDesk();
  const state = stageStateOf(desk);
  const stage = state.shown.value;
  const picked = editable ? state.picked.value : null;
  const tool = state.tool.value;
  const content = state.wallContent.value;
  const mayEdit = desk.mayEdit();
  useEffect(() => renderer.current?.apply(stage, state.aspectOf), [stage]);
  useEffect(
    () => renderer.current?.hold(picked, tool, mayEdit),
    [picked, tool, mayEdit, stage.walls.length, stage.cameras.length],
  );
  useEffect(() => renderer.current?.showWallContent(content), [content]);
  const makesWay = desk.makingWay.on.value;
  useEffect(() => renderer.current?.makeWay(makesWay), [makesWay]);
}

/** Pictures, meshes and tally of every camera, into the scene. */
function useFeeds(renderer: RendererRef): void {
  const desk = useDesk();
  const chosen = desk.laneId.value;
  const laneIds = desk.lanes.value.map(({ laneId }) => laneId).join(' ');
  useEffect(() => {
    const drawn = renderer.current;
    if (!drawn || laneIds === '') return undefined;
    drawn.choose(chosen);
    const stops = laneIds.split(' ').flatMap((laneId) => {
      const everyMs = (): number => drawn.feedEveryMs(laneId === chosen ? chosenEveryMs : otherEveryMs);
      const watchMesh = desk.watchMesh(
        laneId,
        seldom(everyMs, (mesh) => drawn.showFace(mesh)),
      );
      const picture = seldom(everyMs, (bitmap: ImageBitmap) => {
        drawn.stage.cameras.get(laneId)?.picture.draw(bitmap);
        drawn.invalidate();
      });
      return [watchMesh, desk.pictures.watch(laneId, 'input', textureWidthPx, picture)];
    });
    if (chosen !== null) {
      const monitor = seldom(
        () => drawn.feedEveryMs(chosenEveryMs),
        (bitmap: ImageBitmap) => {
          drawn.stage.monitor.draw(bitmap);
          drawn.invalidate();
        },
      );
      stops.push(desk.pictures.watch(chosen, 'output', textureWidthPx, monitor));
    }
    return () => stops.forEach((stop) => stop());
  }, [laneIds, chosen]);

  const tallies = desk.lanes.value
    .map(({ laneId, onProgram, onPreview }) => `${laneId}=${onProgram ? 'program' : onPreview ? 'preview' : 'none'}`)
    .join(' ');
  useEffect(() => {
    for (const each of tallies.split(' ')) {
      const [laneId = '', tally] = each.split('=');
      renderer.current?.setTally(laneId, tally === 'program' || tally === 'preview' ? tally : 'none');
    }
  }, [tallies]);
}

/** Lets one call through in so many milliseconds; the others are left out, not kept. */
function seldom<T>(everyMs: () => number, run: (value: T) => void): (value: T) => void {
  let ranAtMs = -Infinity;
  return (value) => {
    const now = nowMs();
    if (now - ranAtMs < everyMs()) return;
    ranAtMs = now;
    run(value);
  };
}
