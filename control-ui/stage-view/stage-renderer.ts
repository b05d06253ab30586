import { Euler, PerspectiveCamera, Vector3, WebGLRenderer } from 'three';
import { OrbitControls } from 'three/examples/jsm/controls/OrbitControls.js';
import type { MeshFrame } from '../../server/protocol/binary.js';
import type { StageDescription, StageViewpoint } from '../../server/protocol/show.js';
import { nowMs } from '../link/page-clock.js';
import type { Tally } from './camera-view.js';
import type { FaceMesh } from './face-mesh.js';
import { StageScene } from './scene.js';
import { StageHand, type HandEvents, type HandTool } from './stage-hand.js';
import { horizontalFovDeg, round, type Pick as StagePick } from './stage-model.js';
import { faceTriangles } from './triangles.js';

export const views = ['Stage', 'Face', 'Lens', 'Top'] as const;
export type ViewName = (typeof views)[number];

/** Pictures and meshes may come faster than they need to be drawn here: a stage view is no monitor. */
const idleIntervalMs = 1000 / 15;
const handIntervalMs = 1000 / 40;
/** Without a GPU, and while a lane on this machine is short of time. */
const softwareIntervalMs = 1000 / 5;
const makingWayIntervalMs = 1000;
const refreshMs = 17;
/** Share of the main thread that the stage view may take where pictures are drawn in software. */
const largestShare = 0.25;
/** In the room-sized views a life-size face would be a few dots. */
export const enlargedFace = 2.2;

/** Draws only when something changed, at most 15 times a second (40 under the operator's hand), never while hidden. */
export class StageRenderer {
  readonly stage = new StageScene();
  private readonly hand: StageHand;
  private readonly renderer: WebGLRenderer;
  private readonly eye = new PerspectiveCamera(38, 16 / 9, 0.05, 60);
  private readonly controls: OrbitControls;
  private triangles: Uint16Array | null = null;
  private view: ViewName | null = 'Stage';
  private laneId: string | null = null;
  private dirty = true;
  private drawnAtMs = -Infinity;
  /** Smoothed time one picture keeps the main thread busy: from the draw to the next chance to draw. */
  private drawCostMs = 0;
  private handUntilMs = 0;
  private readonly idleIntervalMs: number;
  private makesWay = false;
  private request: number | null = null;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private onScreen = true;
  /** How often it has drawn: for tests and the figures. */
  drawCount = 0;

  /** @throws where the browser has no WebGL */
  constructor(
    private readonly canvas: HTMLCanvasElement,
    hand: Pick<HandEvents, 'onPick' | 'onMove' | 'onDone'>,
  ) {
    // Without a GPU smooth edges cost several times the picture.
    const software = isDrawnInSoftware();
    this.idleIntervalMs = software ? softwareIntervalMs : idleIntervalMs;
    this.renderer = new WebGLRenderer({ canvas, antialias: !software, powerPreference: 'low-power' });
    this.renderer.setPixelRatio(software ? 1 : Math.min(devicePixelRatio, 1.5));
    this.controls = new OrbitControls(this.eye, canvas);
    this.controls.enableDamping = false;
    this.controls.listenToKeyEvents(canvas);
    this.controls.maxPolarAngle = Math.PI / 2;
    this.controls.minDistance = 0.3;
    this.controls.maxDistance = 20;
    this.controls.addEventListener('change', () => this.touched());
    this.hand = new StageHand(this.stage, this.eye, canvas, {
      ...hand,
      onDragging: (dragging) => (this.controls.enabled = !dragging),
      onDraw: () => this.touched(),
    });
    this.look('Stage');
    void faceTriangles().then((triangles) => {
      this.triangles = triangles;
      for (const camera of this.stage.cameras.values()) camera.setTriangles(triangles);
      this.invalidate();
    });
  }

  apply(stage: StageDescription, aspectOf: (laneId: string) => number): void {
    const several = this.stage.cameras.size > 1;
    this.stage.apply(stage, aspectOf, this.triangles);
    if (this.view === 'Stage' && several !== this.stage.cameras.size > 1) this.look('Stage');
    this.hand.refresh();
    if (this.view === 'Lens') this.look('Lens');
    this.invalidate();
  }

  hold(pick: StagePick | null, tool: HandTool, editable: boolean): void {
    this.hand.hold(pick, tool, editable);
  }
  showWallContent(shown: boolean): void {
    this.stage.setWallContent(shown);
    this.invalidate();
  }

  choose(laneId: string | null): void {
    this.laneId = laneId;
    this.stage.choose(laneId);
    if (this.view === 'Lens') this.look('Lens');
    this.invalidate();
  }

  look(view: ViewName): void {
    this.view = view;
    const face = this.firstFacePosition();
    const lens = this.stage.chosen?.camera;
    const eyeAtLens = new Vector3(...(lens?.positionM ?? [0, 1.55, 2.6]));
    const [pan, tilt] = (lens?.rotationDeg ?? [0, 0]).map((degrees) => (degrees * Math.PI) / 180) as [number, number];
    const ahead = new Vector3(0, 0, -2.6).applyEuler(new Euler(tilt, pan, 0, 'YXZ'));
    const [from, at] = {
      Stage: [
        new Vector3(2.9, 2.45, 4.4).multiplyScalar(this.stage.cameras.size > 1 ? 1.3 : 1),
        new Vector3(-0.2, 1.05, 0),
      ],
      Face: [face.clone().add(new Vector3(0.22, 0.05, 0.62)), face],
      Lens: [eyeAtLens, eyeAtLens.clone().add(ahead)],
      Top: [new Vector3(0, 8.4, 0.9), new Vector3(0, 0, 0.4)],
    }[view] as [Vector3, Vector3];
    this.eye.near = view === 'Lens' ? 0.9 : 0.05;
    this.place(from, at);
  }

  lookFrom({ eyeM, targetM }: StageViewpoint): void {
    this.view = null;
    this.eye.near = 0.05;
    this.place(new Vector3(...eyeM), new Vector3(...targetM));
  }

  /** Where the operator looks from now, to be kept under a name. */
  viewpoint(name: string): StageViewpoint {
    const point = ({ x, y, z }: Vector3): [number, number, number] => [round(x), round(y), round(z)];
    return { name, eyeM: point(this.eye.position), targetM: point(this.controls.target) };
  }

  showFace(frame: MeshFrame): void {
    const camera = this.stage.cameras.get(frame.laneId);
    if (!camera) return;
    const enlarge = this.view === 'Face' || this.view === 'Lens' ? 1 : enlargedFace;
    const face = camera.showFace(frame, nowMs(), enlarge);
    if (camera === this.stage.chosen && camera.faces.values().next().value === face) this.putStandUnder(face);
    this.invalidate();
  }

  setTally(laneId: string, tally: Tally): void {
    this.stage.cameras.get(laneId)?.setTally(tally);
    this.invalidate();
  }

  /** Faces that are no longer reported leave the stage. Called now and then. */
  sweep(): void {
    for (const camera of this.stage.cameras.values()) if (camera.sweep(nowMs())) this.invalidate();
    this.stage.stand.visible = (this.stage.chosen?.faces.size ?? 0) > 0;
  }

  private get restIntervalMs(): number {
    return this.makesWay ? makingWayIntervalMs : this.idleIntervalMs;
  }
  /** What is drawn so seldom need not be fed more often. */
  feedEveryMs(wantedMs: number): number {
    return Math.max(wantedMs, this.restIntervalMs * 0.9);
  }
  /** Once a second while nobody touches it. */
  makeWay(on: boolean): void {
    this.makesWay = on;
  }
  setOnScreen(onScreen: boolean): void {
    this.onScreen = onScreen;
    if (onScreen) this.plan();
  }

  resize(widthPx: number, heightPx: number): void {
    if (widthPx === 0 || heightPx === 0) return;
    this.renderer.setSize(widthPx, heightPx, false);
    // Which emptied the picture: the next one does not wait its turn.
    this.drawnAtMs = -Infinity;
    this.drawCostMs = 0;
    this.planAnew();
    this.eye.aspect = widthPx / heightPx;
    this.fit();
  }

  invalidate(): void {
    this.dirty = true;
    this.plan();
  }

  dispose(): void {
    if (this.request !== null) cancelAnimationFrame(this.request);
    if (this.timer !== null) clearTimeout(this.timer);
    this.hand.dispose();
    this.stage.dispose();
    this.controls.dispose();
    this.renderer.dispose();
  }

  private touched(): void {
    this.handUntilMs = nowMs() + 250;
    this.planAnew();
  }

  private place(from: Vector3, at: Vector3): void {
    this.eye.position.copy(from);
    this.controls.target.copy(at);
    this.controls.update();
    this.fit();
  }

  /** Through the lens the horizontal angle is the camera's; elsewhere narrow windows step back by a wider angle. */
  private fit(): void {
    const lens = this.stage.cameras.get(this.laneId ?? '')?.camera;
    const horizontalRad = ((lens ? horizontalFovDeg(lens) : 34) * Math.PI) / 180;
    const lensDeg = (2 * Math.atan(Math.tan(horizontalRad / 2) / this.eye.aspect) * 180) / Math.PI;
    this.eye.fov = this.view === 'Lens' ? lensDeg : this.eye.aspect < 1.3 ? 52 : 38;
    this.eye.updateProjectionMatrix();
    this.invalidate();
  }

  private putStandUnder(face: FaceMesh): void {
    const { x, y, z } = face.group.getWorldPosition(new Vector3());
    this.stage.stand.visible = true;
    this.stage.stand.position.set(x, 0, z - 0.1);
    this.stage.stand.scale.y = Math.max(0.2, y - 0.1);
  }

  private firstFacePosition(): Vector3 {
    const face = this.stage.chosen?.faces.values().next().value;
    return face ? face.group.getWorldPosition(new Vector3()) : new Vector3(0, 1.6, 0);
  }

  /** The next picture when it is due. Waiting for that refresh by refresh would keep the browser drawing nothing sixty times a second. */
  private plan(): void {
    if (this.request !== null || this.timer !== null || !this.dirty || !this.onScreen) return;
    const waitMs = this.dueAtMs() - nowMs();
    if (waitMs > refreshMs) {
      this.timer = setTimeout(() => {
        this.timer = null;
        this.plan();
      }, waitMs - refreshMs);
      return;
    }
    this.request = requestAnimationFrame(() => {
      this.request = null;
      const now = nowMs();
      if (now >= this.dueAtMs()) this.draw(now);
      this.plan();
    });
  }
  private dueAtMs(): number {
    const wanted = nowMs() < this.handUntilMs ? handIntervalMs : this.restIntervalMs;
    return this.drawnAtMs + Math.max(wanted - 2, this.drawCostMs / largestShare);
  }
  /** What is due sooner now does not wait for the time that was planned before. */
  private planAnew(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    this.invalidate();
  }

  private draw(now: number): void {
    this.drawnAtMs = now;
    this.dirty = false;
    this.renderer.render(this.stage.scene, this.eye);
    this.canvas.dataset['draws'] = String(++this.drawCount);
    // Software drawing happens after this call returns and shows as a late next refresh.
    requestAnimationFrame(() => {
      const beyondRefreshMs = Math.max(0, nowMs() - now - 17);
      this.drawCostMs += (Math.min(400, beyondRefreshMs) - this.drawCostMs) * 0.2;
    });
  }
}

/** Asked of a context of its own, which is given back at once: smooth edges are chosen before there is one. */
function isDrawnInSoftware(): boolean {
  const context = document.createElement('canvas').getContext('webgl2');
  const known = context?.getExtension('WEBGL_debug_renderer_info');
  const name = known ? String(context?.getParameter(known.UNMASKED_RENDERER_WEBGL)) : '';
  context?.getExtension('WEBGL_lose_context')?.loseContext();
  return /swiftshader|llvmpipe|softpipe|software|basic render/i.test(name);
}
