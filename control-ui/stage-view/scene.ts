import {
  BoxGeometry,
  Color,
  CylinderGeometry,
  GridHelper,
  Group,
  HemisphereLight,
  LatheGeometry,
  Mesh,
  MeshBasicMaterial,
  MeshLambertMaterial,
  PlaneGeometry,
  RingGeometry,
  Scene,
  SpotLight,
  Vector2,
} from 'three';
import type { StageDescription } from '../../server/protocol/show.js';
import { CameraView } from './camera-view.js';
import { PicturePlane } from './picture-plane.js';
import { room } from './stage-geometry.js';
import { WallView } from './wall-view.js';

/** Floor, mark, lights, the director's monitor, and the walls and cameras of the show. */
export class StageScene {
  readonly scene = new Scene();
  readonly walls = new Map<string, WallView>();
  readonly cameras = new Map<string, CameraView>();
  readonly monitor: PicturePlane;
  /** A stand-in body, one metre high before scaling, so that the face mesh is read as a person in the room. */
  readonly stand = standIn();
  private chosenLane: string | null = null;
  private wallContent = true;

  constructor() {
    this.scene.background = new Color(0x0b0e12);
    this.scene.add(new HemisphereLight(0xdbe9ff, 0x39424f, 1.7));
    const key = new SpotLight(0xffffff, 16, 12, Math.PI / 5, 0.6);
    key.position.set(1.5, 4, 3);
    this.scene.add(key, floor(), mark(), this.stand);
    this.monitor = directorMonitor(this.scene);
  }

  /** Puts walls and cameras where the show says; what is not in it any more leaves. */
  apply(stage: StageDescription, aspectOf: (laneId: string) => number, triangles: Uint16Array | null): void {
    for (const wall of stage.walls) {
      const known = this.walls.get(wall.id);
      if (known) known.setWall(wall);
      else {
        const view = new WallView(wall);
        this.walls.set(wall.id, view);
        this.scene.add(view.group);
      }
    }
    for (const camera of stage.cameras) {
      const aspect = aspectOf(camera.laneId);
      const known = this.cameras.get(camera.laneId);
      if (known) known.setCamera(camera, aspect);
      else {
        const view = new CameraView(camera, triangles);
        view.setCamera(camera, aspect);
        this.cameras.set(camera.laneId, view);
        this.scene.add(view.group, view.stand);
      }
    }
    for (const [id, view] of this.walls) {
      if (stage.walls.some((wall) => wall.id === id)) continue;
      this.scene.remove(view.group);
      view.dispose();
      this.walls.delete(id);
    }
    for (const [id, view] of this.cameras) {
      if (stage.cameras.some((camera) => camera.laneId === id)) continue;
      this.scene.remove(view.group, view.stand);
      view.dispose();
      this.cameras.delete(id);
    }
    this.choose(this.chosenLane);
  }

  /** The camera whose view the walls show and whose lens can be looked through. */
  choose(laneId: string | null): void {
    this.chosenLane = laneId;
    for (const [id, view] of this.cameras) view.setChosen(id === laneId);
    const chosen = this.chosen;
    for (const wall of this.walls.values()) {
      if (this.wallContent && chosen) wall.showContent(chosen.camera, chosen.aspect, chosen.picture.texture);
      else wall.showContent(null, 1, null);
    }
  }

  setWallContent(shown: boolean): void {
    this.wallContent = shown;
    this.choose(this.chosenLane);
  }

  get chosen(): CameraView | null {
    return this.cameras.get(this.chosenLane ?? '') ?? this.cameras.values().next().value ?? null;
  }

  dispose(): void {
    for (const view of this.walls.values()) view.dispose();
    for (const view of this.cameras.values()) view.dispose();
    this.monitor.dispose();
  }
}

function floor(): Group {
  const group = new Group();
  const ground = new Mesh(new PlaneGeometry(room.floorM, room.floorM), new MeshLambertMaterial({ color: 0x12171d }));
  ground.rotation.x = -Math.PI / 2;
  const grid = new GridHelper(room.floorM, room.floorM, 0x3a4552, 0x232b34);
  grid.position.y = 0.004;
  group.add(ground, grid);
  return group;
}

function mark(): Mesh {
  const ring = new Mesh(new RingGeometry(0.3, 0.34, 40), new MeshBasicMaterial({ color: 0x5cc8ff }));
  ring.rotation.x = -Math.PI / 2;
  ring.position.y = 0.01;
  return ring;
}

function standIn(): Mesh {
  const outline = [
    [0, 1],
    [0.07, 0.98],
    [0.22, 0.9],
    [0.24, 0.8],
    [0.17, 0.55],
    [0.19, 0.45],
    [0.12, 0.02],
    [0, 0],
  ] as const;
  const shape = new LatheGeometry(
    outline.map(([x, y]) => new Vector2(x, y)),
    20,
  );
  const body = new Mesh(shape, new MeshLambertMaterial({ color: 0x6d7b8b, transparent: true, opacity: 0.55 }));
  body.scale.z = 0.6;
  body.visible = false;
  return body;
}

function directorMonitor(scene: Scene): PicturePlane {
  const { positionM, widthM, turnDeg } = room.monitor;
  const plane = new PicturePlane(widthM, 1);
  const stand = new Group();
  const bezel = new Mesh(
    new BoxGeometry(widthM + 0.07, (widthM * 9) / 16 + 0.07, 0.05),
    new MeshLambertMaterial({ color: 0x2b323b }),
  );
  bezel.position.z = -0.03;
  const pole = new Mesh(
    new CylinderGeometry(0.03, 0.03, positionM[1], 10),
    new MeshLambertMaterial({ color: 0x39424d }),
  );
  pole.position.set(0, -positionM[1] / 2 - 0.2, -0.06);
  stand.add(bezel, pole, plane.mesh);
  stand.position.set(...positionM);
  stand.rotation.y = (turnDeg * Math.PI) / 180;
  scene.add(stand);
  return plane;
}
