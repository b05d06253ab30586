import { PerspectiveCamera, Vector3, WebGLRenderer } from 'three';
import { OrbitControls } from 'three/examples/jsm/controls/OrbitControls.js';
import type { MeshFrame } from '../../server/protocol/binary.js';
import { nowMs } from '../link/page-clock.js';
import { FaceMesh, faceForgottenMs } from './face-mesh.js';
import { buildStage, type StageScene } from './scene.js';
import { stage } from './stage-geometry.js';
import { faceTriangles } from './triangles.js';

export const views = ['Stage', 'Face', 'Lens', 'Top'] as const;
export type ViewName = (typeof views)[number];

/** Pictures and meshes may come faster than they need to be drawn here: a stage view is no monitor. */
const idleIntervalMs = 1000 / 15;
const handIntervalMs = 1000 / 40;
/** Share of the main thread that the stage view may take where pictures are drawn in software. */
const largestShare = 0.25;
/** In the room-sized views a life-size face would be a few dots. */
export const enlargedFace = 2.2;

/** Draws only when something changed, at most 15 times a second (40 under the operator's hand), never while hidden. */
export class StageRenderer {
  readonly stage: StageScene = buildStage();
  private readonly renderer: WebGLRenderer;
  private readonly eye = new PerspectiveCamera(38, 16 / 9, 0.05, 60);
  private readonly controls: OrbitControls;
  private readonly faces = new Map<number, FaceMesh>();
  private triangles: Uint16Array | null = null;
  private view: ViewName = 'Stage';
  private dirty = true;
  private drawnAtMs = -Infinity;
  /** Smoothed time one picture keeps the main thread busy: from the draw to the next chance to draw. */
  private drawCostMs = 0;
  private handUntilMs = 0;
  private request: number | null = null;
  private onScreen = true;

  /** @throws where the browser has no WebGL */
  constructor(private readonly canvas: HTMLCanvasElement) {
    this.renderer = new WebGLRenderer({ canvas, antialias: true, powerPreference: 'low-power' });
    this.renderer.setPixelRatio(Math.min(devicePixelRatio, 1.5));
    this.controls = new OrbitControls(this.eye, canvas);
    this.controls.enableDamping = false;
    this.controls.listenToKeyEvents(canvas);
    this.controls.maxPolarAngle = Math.PI / 2;
    this.controls.minDistance = 0.3;
    this.controls.maxDistance = 14;
    this.controls.addEventListener('change', () => {
      this.handUntilMs = nowMs() + 250;
      this.invalidate();
    });
    this.look('Stage');
    void faceTriangles().then((triangles) => {
      this.triangles = triangles;
      for (const face of this.faces.values()) face.setTriangles(triangles);
      this.invalidate();
    });
  }

  /** How often it has drawn: for tests and the figures. */
  drawCount = 0;

  look(view: ViewName): void {
    this.view = view;
    const lens = new Vector3(...stage.camera.positionM);
    const face = this.firstFacePosition();
    const [from, at] = {
      Stage: [new Vector3(2.5, 2.25, 3.9), new Vector3(-0.25, 1.2, 0)],
      Face: [face.clone().add(new Vector3(0.22, 0.05, 0.62)), face],
      Lens: [lens, new Vector3(0, lens.y, 0)],
      Top: [new Vector3(0, 7.6, 0.9), new Vector3(0, 0, 0.6)],
    }[view] as [Vector3, Vector3];
    this.eye.position.copy(from);
    this.eye.near = view === 'Lens' ? 0.9 : 0.05;
    this.controls.target.copy(at);
    this.controls.update();
    this.fit();
  }

  showFace(frame: MeshFrame): void {
    let face = this.faces.get(frame.faceId);
    if (!face) {
      face = new FaceMesh(this.triangles);
      this.faces.set(frame.faceId, face);
      this.stage.cameraSpace.add(face.group);
    }
    this.stage.stand.visible = true;
    face.show(frame, nowMs(), this.view === 'Stage' || this.view === 'Top' ? enlargedFace : 1);
    if (this.faces.size === 1 || this.faces.keys().next().value === frame.faceId) this.putStandUnder(face);
    this.invalidate();
  }

  /** Faces that are no longer reported leave the stage. Called now and then. */
  sweep(): void {
    for (const [id, face] of this.faces) {
      if (nowMs() - face.seenAtMs < faceForgottenMs) continue;
      this.stage.cameraSpace.remove(face.group);
      face.dispose();
      this.faces.delete(id);
      this.stage.stand.visible = this.faces.size > 0;
      this.invalidate();
    }
  }

  setOnScreen(onScreen: boolean): void {
    this.onScreen = onScreen;
    if (onScreen) this.plan();
  }

  resize(widthPx: number, heightPx: number): void {
    if (widthPx === 0 || heightPx === 0) return;
    this.renderer.setSize(widthPx, heightPx, false);
    this.eye.aspect = widthPx / heightPx;
    this.fit();
  }

  invalidate(): void {
    this.dirty = true;
    this.plan();
  }

  dispose(): void {
    if (this.request !== null) cancelAnimationFrame(this.request);
    for (const face of this.faces.values()) face.dispose();
    this.controls.dispose();
    this.renderer.dispose();
  }

  /** Through the lens the horizontal angle is the camera's; elsewhere narrow windows step back by a wider angle. */
  private fit(): void {
    const horizontalRad = (stage.camera.horizontalFovDeg * Math.PI) / 180;
    const lensDeg = (2 * Math.atan(Math.tan(horizontalRad / 2) / this.eye.aspect) * 180) / Math.PI;
    this.eye.fov = this.view === 'Lens' ? lensDeg : this.eye.aspect < 1.3 ? 52 : 38;
    this.eye.updateProjectionMatrix();
    this.invalidate();
  }

  private putStandUnder(face: FaceMesh): void {
    const { x, y, z } = face.group.getWorldPosition(new Vector3());
    this.stage.stand.position.set(x, 0, z - 0.1);
    this.stage.stand.scale.y = Math.max(0.2, y - 0.1);
  }

  private firstFacePosition(): Vector3 {
    const face = this.faces.values().next().value;
    return face ? face.group.getWorldPosition(new Vector3()) : new Vector3(0, 1.6, 0);
  }

  private plan(): void {
    if (this.request !== null || !this.dirty || !this.onScreen) return;
    this.request = requestAnimationFrame(() => {
      this.request = null;
      const now = nowMs();
      const wanted = now < this.handUntilMs ? handIntervalMs : idleIntervalMs;
      if (now - this.drawnAtMs >= Math.max(wanted - 2, this.drawCostMs / largestShare)) this.draw(now);
      this.plan();
    });
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
