import type { JSX } from 'preact';
import type { StageCamera, StageViewpoint, StageWall } from '../../server/protocol/show.js';
import { DraftInput, Field } from '../cues/field.js';
import { useDesk } from '../link/desk-context.js';
import { NumberField, PointFields } from './number-fields.js';
import { freeWallId, horizontalFovDeg, plainWall, type Pick } from './stage-model.js';
import { StageWide } from './stage-wide.js';
import { stageStateOf, type StageState } from './stage-state.js';

/** Everything that the hand can do in the picture, in numbers and by keyboard. */
export function StageEditor({
  viewpoint,
}: {
  readonly viewpoint: (name: string) => StageViewpoint | null;
}): JSX.Element {
  const desk = useDesk();
  const state = stageStateOf(desk);
  const { walls, cameras } = state.shown.value;
  const picked = state.picked.value;
  const wall = picked?.kind === 'wall' ? walls.find(({ id }) => id === picked.id) : undefined;
  const camera = picked?.kind === 'camera' ? cameras.find(({ laneId }) => laneId === picked.id) : undefined;
  const described = (desk.book.value?.stage.walls.length ?? 0) > 0;
  return (
    <section class="card stage-editor" aria-label="Walls and cameras">
      {!described && (
        <p class="muted">This is a typical small stage. Whatever you change becomes the description of yours.</p>
      )}
      <div class="stage-parts" role="group" aria-label="Parts of the stage">
        {walls.map(({ id, name }) => (
          <PartButton key={id} state={state} pick={{ kind: 'wall', id }} name={name === '' ? id : name} sign="▭" />
        ))}
        {cameras.map(({ laneId }) => (
          <PartButton key={laneId} state={state} pick={{ kind: 'camera', id: laneId }} name={laneId} sign="◁" />
        ))}
        <button
          type="button"
          data-testid="add-wall"
          disabled={!desk.mayEdit()}
          onClick={() => {
            const id = freeWallId(walls);
            state.put({ ...state.shown.peek(), walls: [...walls, plainWall(id, `Wall ${walls.length + 1}`)] });
            state.picked.value = { kind: 'wall', id };
          }}
        >
          + Wall
        </button>
      </div>
      {picked && <ToolChoice state={state} />}
      {wall && <WallFields state={state} wall={wall} />}
      {camera && <CameraFields state={state} camera={camera} />}
      {!picked && <p class="muted">Pick a wall or a camera in the picture or in the list above.</p>}
      <StageWide state={state} viewpoint={viewpoint} />
    </section>
  );
}

function PartButton(props: {
  readonly state: StageState;
  readonly pick: Pick;
  readonly name: string;
  readonly sign: string;
}): JSX.Element {
  const { state, pick, name, sign } = props;
  const picked = state.picked.value;
  const on = picked?.kind === pick.kind && picked.id === pick.id;
  return (
    <button
      type="button"
      data-testid={`part-${pick.kind}-${pick.id}`}
      aria-pressed={on}
      onClick={() => (state.picked.value = on ? null : pick)}
    >
      <span aria-hidden="true">{sign}</span> {name}
    </button>
  );
}

function ToolChoice({ state }: { readonly state: StageState }): JSX.Element {
  return (
    <div class="segments" role="radiogroup" aria-label="What the hand does">
      {(['move', 'turn'] as const).map((tool) => (
        <label key={tool} class="segment">
          <input
            type="radio"
            name="stage-tool"
            data-testid={`tool-${tool}`}
            checked={state.tool.value === tool}
            onChange={() => (state.tool.value = tool)}
          />
          <span>{tool === 'move' ? 'Move' : 'Turn'}</span>
        </label>
      ))}
    </div>
  );
}

function WallFields({ state, wall }: { readonly state: StageState; readonly wall: StageWall }): JSX.Element {
  const desk = useDesk();
  const change = (part: Partial<StageWall>): void => state.change({ kind: 'wall', id: wall.id }, part);
  const seenBy = Object.keys(wall.pictureRegions);
  return (
    <div class="form" data-testid="wall-form">
      <div class="fields fields-three">
        <Field name="Name">
          <DraftInput
            value={wall.name}
            testId="wall-name"
            disabled={!desk.mayEdit()}
            onCommit={(name) => (change({ name }), true)}
          />
        </Field>
        <Field name="Shape">
          <select
            data-testid="wall-shape"
            value={wall.shape}
            disabled={!desk.mayEdit()}
            onChange={({ currentTarget }) =>
              change(
                currentTarget.value === 'curved'
                  ? { shape: 'curved', radiusM: wall.radiusM ?? 4 }
                  : { shape: 'flat', radiusM: null },
              )
            }
          >
            <option value="flat">Flat</option>
            <option value="curved">Curved</option>
          </select>
        </Field>
        {wall.shape === 'curved' ? (
          <NumberField
            name="Radius, m"
            value={wall.radiusM ?? 4}
            testId="wall-radius"
            min={0.1}
            onSet={(radiusM) => change({ radiusM })}
          />
        ) : (
          <span />
        )}
        <PointFields
          names={['Right, m', 'Up, m', 'To front, m']}
          value={wall.positionM}
          testId="wall-position"
          onSet={(positionM) => change({ positionM })}
        />
        <NumberField
          name="Turned, °"
          value={wall.yawDeg}
          testId="wall-yaw"
          min={-360}
          max={360}
          onSet={(yawDeg) => change({ yawDeg })}
        />
        <NumberField
          name="Width, m"
          value={wall.widthM}
          testId="wall-width"
          min={0.01}
          onSet={(widthM) => change({ widthM })}
        />
        <NumberField
          name="Height, m"
          value={wall.heightM}
          testId="wall-height"
          min={0.01}
          onSet={(heightM) => change({ heightM })}
        />
      </div>
      <div class="row-tools">
        <span class="muted" data-testid="wall-regions">
          {seenBy.length === 0 ? 'In no picture: faces on it are not told from people.' : `In ${seenBy.join(', ')}`}
        </span>
        <button
          type="button"
          class="danger"
          data-testid="wall-remove"
          disabled={!desk.mayEdit()}
          onClick={() => {
            const stage = state.shown.peek();
            state.picked.value = null;
            state.put({ ...stage, walls: stage.walls.filter(({ id }) => id !== wall.id) });
          }}
        >
          Remove wall
        </button>
      </div>
    </div>
  );
}

function CameraFields({ state, camera }: { readonly state: StageState; readonly camera: StageCamera }): JSX.Element {
  const change = (part: Partial<StageCamera>): void => state.change({ kind: 'camera', id: camera.laneId }, part);
  return (
    <div class="form" data-testid="camera-form">
      <div class="fields fields-three">
        <PointFields
          names={['Right, m', 'Up, m', 'To front, m']}
          value={camera.positionM}
          testId="camera-position"
          onSet={(positionM) => change({ positionM })}
        />
        <PointFields
          names={['Pan, °', 'Tilt, °', 'Roll, °']}
          value={camera.rotationDeg}
          testId="camera-rotation"
          onSet={(rotationDeg) => change({ rotationDeg })}
        />
        <NumberField
          name="Focal length, mm"
          value={camera.focalLengthMm}
          testId="camera-focal"
          min={1}
          max={2000}
          onSet={(focalLengthMm) => change({ focalLengthMm })}
        />
        <NumberField
          name="Sensor width, mm"
          value={camera.sensorWidthMm}
          testId="camera-sensor"
          min={1}
          max={200}
          onSet={(sensorWidthMm) => change({ sensorWidthMm })}
        />
        <p class="muted">{horizontalFovDeg(camera).toFixed(1)}° wide</p>
      </div>
    </div>
  );
}
