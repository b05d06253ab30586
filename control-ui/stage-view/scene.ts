import {
  BoxGeometry,
  BufferGeometry,
  CanvasTexture,
  CylinderGeometry,
  Float32BufferAttribute,
  GridHelper,
  Group,
  HemisphereLight,
  LatheGeometry,
  LineBasicMaterial,
  LineSegments,
  Mesh,
  MeshBasicMaterial,
  MeshLambertMaterial,
  PlaneGeometry,
  RingGeometry,
  Scene,
  SpotLight,
  SRGBColorSpace,
  Vector2,
  Color,
} from 'three';
import { pictureWidthAtOneM, stage } from './stage-geometry.js';

/** A picture on a surface: a small canvas that previews are drawn into, shown unlit. */
export class PicturePlane {
  readonly mesh: Mesh<PlaneGeometry, MeshBasicMaterial>;
  private readonly canvas = document.createElement('canvas');
  private readonly texture = new CanvasTexture(this.canvas);
  private readonly pen: CanvasRenderingContext2D | null;

  constructor(
    private readonly widthM: number,
    opacity: number,
  ) {
    this.canvas.width = 480;
    this.canvas.height = 270;
    this.pen = this.canvas.getContext('2d', { alpha: false });
    this.texture.colorSpace = SRGBColorSpace;
    this.texture.generateMipmaps = false;
    const material = new MeshBasicMaterial({ map: this.texture, transparent: opacity < 1, opacity, toneMapped: false });
    this.mesh = new Mesh(new PlaneGeometry(1, 1), material);
    this.mesh.scale.set(widthM, (widthM * 9) / 16, 1);
  }

  draw(picture: ImageBitmap): void {
    this.mesh.scale.y = (this.widthM * picture.height) / picture.width;
    this.pen?.drawImage(picture, 0, 0, this.canvas.width, this.canvas.height);
    this.texture.needsUpdate = true;
  }
}

export interface StageScene {
  readonly scene: Scene;
  /** At the lens, looking along −z: the performer's faces hang here. */
  readonly cameraSpace: Group;
  readonly monitor: PicturePlane;
  readonly cameraPicture: PicturePlane;
  /** A stand-in body, one metre high before scaling, so that the face mesh is read as a person in the room. */
  readonly stand: Mesh;
  setTally(tally: 'program' | 'preview' | 'none'): void;
}

/** Floor, LED wall, camera with frustum and live picture, director's monitor. */
export function buildStage(): StageScene {
  const scene = new Scene();
  scene.background = new Color(0x0b0e12);
  scene.add(new HemisphereLight(0xdbe9ff, 0x39424f, 1.7));
  const key = new SpotLight(0xffffff, 16, 12, Math.PI / 5, 0.6);
  key.position.set(1.5, 4, 3);
  const stand = standIn();
  scene.add(key, floor(), ledWall(), mark(), stand);
  const monitor = directorMonitor(scene);
  const { cameraSpace, cameraPicture, tallyLamp } = stageCamera();
  scene.add(cameraSpace);
  const tallyColors = { program: 0xff3b30, preview: 0x34c759, none: 0x333a44 } as const;
  return {
    scene,
    cameraSpace,
    monitor,
    cameraPicture,
    stand,
    setTally: (tally) => tallyLamp.color.setHex(tallyColors[tally]),
  };
}

function floor(): Group {
  const group = new Group();
  const ground = new Mesh(new PlaneGeometry(stage.floorM, stage.floorM), new MeshLambertMaterial({ color: 0x12171d }));
  ground.rotation.x = -Math.PI / 2;
  const grid = new GridHelper(stage.floorM, stage.floorM, 0x3a4552, 0x232b34);
  grid.position.y = 0.004;
  group.add(ground, grid);
  return group;
}

/** Panels of half a metre, drawn as a soft dusk: what the wall really plays is not known to the page. */
function ledWall(): Group {
  const { widthM, heightM, zM } = stage.wall;
  const canvas = document.createElement('canvas');
  canvas.width = 512;
  canvas.height = 256;
  const pen = canvas.getContext('2d');
  if (pen) {
    const sky = pen.createLinearGradient(0, 0, 0, canvas.height);
    sky.addColorStop(0, '#16314f');
    sky.addColorStop(0.62, '#4a5f86');
    sky.addColorStop(0.7, '#8a6a6c');
    sky.addColorStop(1, '#1a1d27');
    pen.fillStyle = sky;
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.strokeStyle = 'rgba(0,0,0,0.4)';
    const columns = Math.round(widthM * 2);
    const rows = Math.round(heightM * 2);
    for (let i = 0; i <= columns; i++) pen.strokeRect((i * canvas.width) / columns, 0, 0, canvas.height);
    for (let i = 0; i <= rows; i++) pen.strokeRect(0, (i * canvas.height) / rows, canvas.width, 0);
  }
  const texture = new CanvasTexture(canvas);
  texture.colorSpace = SRGBColorSpace;
  const group = new Group();
  const face = new Mesh(new PlaneGeometry(widthM, heightM), new MeshBasicMaterial({ map: texture }));
  const back = new Mesh(
    new BoxGeometry(widthM + 0.06, heightM + 0.06, 0.12),
    new MeshLambertMaterial({ color: 0x20262e }),
  );
  face.position.set(0, heightM / 2 + 0.08, zM);
  back.position.set(0, heightM / 2 + 0.08, zM - 0.07);
  group.add(face, back);
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
  const { positionM, widthM, turnDeg } = stage.monitor;
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

function stageCamera(): { cameraSpace: Group; cameraPicture: PicturePlane; tallyLamp: MeshBasicMaterial } {
  const cameraSpace = new Group();
  cameraSpace.position.set(...stage.camera.positionM);
  const dark = new MeshLambertMaterial({ color: 0x596573 });
  const body = new Mesh(new BoxGeometry(0.24, 0.26, 0.42), dark);
  body.position.z = 0.36;
  const lens = new Mesh(new CylinderGeometry(0.075, 0.09, 0.16, 20), new MeshLambertMaterial({ color: 0x2b323b }));
  lens.rotation.x = Math.PI / 2;
  lens.position.z = 0.08;
  const tallyLamp = new MeshBasicMaterial({ color: 0x333a44 });
  const lamp = new Mesh(new BoxGeometry(0.12, 0.05, 0.05), tallyLamp);
  lamp.position.set(0, 0.16, 0.2);
  const height = stage.camera.positionM[1];
  const pole = new Mesh(new CylinderGeometry(0.035, 0.05, height, 10), new MeshLambertMaterial({ color: 0x39424d }));
  pole.position.set(0, -height / 2 - 0.1, 0.36);
  const pictureAtM = 0.85;
  const cameraPicture = new PicturePlane(pictureWidthAtOneM(stage.camera.horizontalFovDeg) * pictureAtM, 0.5);
  cameraPicture.mesh.position.z = -pictureAtM;
  cameraSpace.add(body, lens, lamp, pole, cameraPicture.mesh, frustum(4.6));
  return { cameraSpace, cameraPicture, tallyLamp };
}

function frustum(lengthM: number): LineSegments {
  const halfW = (pictureWidthAtOneM(stage.camera.horizontalFovDeg) * lengthM) / 2;
  const halfH = (halfW * 9) / 16;
  const corners = [
    [-halfW, halfH],
    [halfW, halfH],
    [halfW, -halfH],
    [-halfW, -halfH],
  ] as const;
  const ends = corners.flatMap(([x, y], i) => {
    const [nextX, nextY] = corners[(i + 1) % 4]!;
    return [0, 0, 0, x, y, -lengthM, x, y, -lengthM, nextX, nextY, -lengthM];
  });
  const geometry = new BufferGeometry().setAttribute('position', new Float32BufferAttribute(ends, 3));
  return new LineSegments(geometry, new LineBasicMaterial({ color: 0xffd166, transparent: true, opacity: 0.7 }));
}
