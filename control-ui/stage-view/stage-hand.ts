import { Box3, Box3Helper, Color, Raycaster, Vector2, type Camera, type Object3D } from 'three';
import { TransformControls } from 'three/examples/jsm/controls/TransformControls.js';
import type { PointM, StageCamera, StageWall } from '../../server/protocol/show.js';
import type { StageScene } from './scene.js';
import { round, type Pick } from './stage-model.js';

export type HandTool = 'move' | 'turn';
export interface HandEvents {
  readonly onPick: (pick: Pick | null) => void;
  /** While the hand drags, at every step. */
  readonly onMove: (pick: Pick, part: Partial<StageWall> & Partial<StageCamera>) => void;
  /** The hand let go: what was moved is to be kept. */
  readonly onDone: () => void;
  readonly onDragging: (dragging: boolean) => void;
  readonly onDraw: () => void;
}

/** A press that moves less than this is a pick, not a turn of the view. */
const pickWithinPx = 6;
const degrees = (radians: number): number => round((radians * 180) / Math.PI, 2);

/** The operator's hand in the scene: picks walls and cameras, moves and turns them. */
export class StageHand {
  private readonly gizmo: TransformControls;
  private readonly ray = new Raycaster();
  private readonly frame = new Box3Helper(new Box3(), new Color(0x5cc8ff));
  private picked: Pick | null = null;
  private tool: HandTool = 'move';
  private pressedAt: { readonly x: number; readonly y: number } | null = null;

  constructor(
    private readonly stage: StageScene,
    private readonly eye: Camera,
    private readonly canvas: HTMLCanvasElement,
    private readonly events: HandEvents,
  ) {
    this.gizmo = new TransformControls(eye, canvas);
    this.gizmo.setSize(0.9);
    this.gizmo.addEventListener('dragging-changed', ({ value }) => {
      events.onDragging(value === true);
      if (value !== true) events.onDone();
    });
    this.gizmo.addEventListener('objectChange', () => this.moved());
    this.gizmo.addEventListener('change', () => events.onDraw());
    this.frame.visible = false;
    stage.scene.add(this.gizmo.getHelper(), this.frame);
    canvas.addEventListener('pointerdown', this.press);
    canvas.addEventListener('pointerup', this.release);
  }

  /** Shows what is picked, and the tool on it; `editable` false: only shows. */
  hold(pick: Pick | null, tool: HandTool, editable: boolean): void {
    this.picked = pick;
    this.tool = tool;
    const group = this.groupOf(pick);
    if (group && editable) {
      this.gizmo.attach(group);
      this.gizmo.setMode(tool === 'move' ? 'translate' : 'rotate');
      this.gizmo.setSpace(tool === 'move' ? 'world' : 'local');
      // A wall stands upright: it turns about its own height only.
      this.gizmo.showX = this.gizmo.showZ = tool === 'move' || pick?.kind === 'camera';
    } else this.gizmo.detach();
    this.refresh();
  }

  /** After the stage was applied anew. */
  refresh(): void {
    const group = this.groupOf(this.picked);
    this.frame.visible = group !== null;
    const framed = this.picked?.kind === 'wall' ? this.stage.walls.get(this.picked.id)?.face : group?.children[0];
    if (framed) this.frame.box.setFromObject(framed).expandByScalar(0.05);
    this.events.onDraw();
  }

  dispose(): void {
    this.canvas.removeEventListener('pointerdown', this.press);
    this.canvas.removeEventListener('pointerup', this.release);
    this.gizmo.dispose();
  }

  private groupOf(pick: Pick | null): Object3D | null {
    if (!pick) return null;
    const view = pick.kind === 'wall' ? this.stage.walls.get(pick.id) : this.stage.cameras.get(pick.id);
    return view?.group ?? null;
  }

  private moved(): void {
    const group = this.groupOf(this.picked);
    if (!group || !this.picked) return;
    const positionM = group.position.toArray().map((at) => round(at)) as unknown as PointM;
    if (this.tool === 'move') this.events.onMove(this.picked, { positionM });
    else if (this.picked.kind === 'wall') this.events.onMove(this.picked, { yawDeg: degrees(group.rotation.y) });
    else {
      const { x, y, z } = group.rotation;
      this.events.onMove(this.picked, { rotationDeg: [degrees(y), degrees(x), degrees(z)] });
    }
  }

  private readonly press = (event: PointerEvent): void => {
    this.pressedAt = this.gizmo.axis === null ? { x: event.clientX, y: event.clientY } : null;
  };
  private readonly release = (event: PointerEvent): void => {
    const from = this.pressedAt;
    this.pressedAt = null;
    if (!from || Math.hypot(event.clientX - from.x, event.clientY - from.y) > pickWithinPx) return;
    const box = this.canvas.getBoundingClientRect();
    const at = new Vector2(
      ((event.clientX - box.left) / box.width) * 2 - 1,
      1 - ((event.clientY - box.top) / box.height) * 2,
    );
    this.ray.setFromCamera(at, this.eye);
    const walls = [...this.stage.walls.values()].map(({ face }) => face);
    const bodies = [...this.stage.cameras.values()].flatMap(({ group }) => group.children.slice(0, 3));
    const [hit] = this.ray.intersectObjects([...walls, ...bodies], false);
    this.events.onPick((hit?.object.parent?.userData['pick'] as Pick | undefined) ?? null);
  };
}
