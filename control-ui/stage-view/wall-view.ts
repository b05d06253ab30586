import {
  BufferGeometry,
  CanvasTexture,
  DoubleSide,
  Float32BufferAttribute,
  Group,
  Mesh,
  MeshBasicMaterial,
  RepeatWrapping,
  SRGBColorSpace,
  type Texture,
} from 'three';
import type { StageCamera, StageWall } from '../../server/protocol/show.js';
import { toCamera, toPicture, wallPoint } from './stage-model.js';

/** LED panels of half a metre. */
const panelM = 0.5;
/** Fine enough that the camera's picture lies straight on the wall. */
const pieceM = 0.3;

let panels: CanvasTexture | null = null;
function panelTexture(): CanvasTexture {
  if (panels) return panels;
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = 64;
  const pen = canvas.getContext('2d');
  if (pen) {
    pen.fillStyle = '#24344a';
    pen.fillRect(0, 0, 64, 64);
    pen.strokeStyle = '#121a25';
    pen.lineWidth = 3;
    pen.strokeRect(0, 0, 64, 64);
  }
  panels = new CanvasTexture(canvas);
  panels.wrapS = panels.wrapT = RepeatWrapping;
  panels.colorSpace = SRGBColorSpace;
  return panels;
}

/** One LED wall, flat or curved. What it plays is not known to the server: it is shown as a camera sees it. */
export class WallView {
  /** At the middle of the lower edge, turned by the yaw. */
  readonly group = new Group();
  readonly face = new Mesh(new BufferGeometry(), new MeshBasicMaterial({ map: panelTexture(), side: DoubleSide }));
  private readonly content = new Mesh(
    new BufferGeometry(),
    new MeshBasicMaterial({ toneMapped: false, polygonOffset: true, polygonOffsetFactor: -1, polygonOffsetUnits: -1 }),
  );
  private drawn = '';
  private wall: StageWall;
  private columns = 1;
  private rows = 1;

  constructor(wall: StageWall) {
    this.wall = wall;
    this.group.add(this.face, this.content);
    this.content.visible = false;
    this.setWall(wall);
  }

  setWall(wall: StageWall): void {
    this.wall = wall;
    this.group.position.set(...wall.positionM);
    this.group.rotation.y = (wall.yawDeg * Math.PI) / 180;
    this.group.userData['pick'] = { kind: 'wall', id: wall.id };
    const shape = `${wall.shape} ${wall.widthM} ${wall.heightM} ${wall.radiusM}`;
    if (shape === this.drawn) return;
    this.drawn = shape;
    this.columns = Math.min(64, Math.max(2, Math.ceil(wall.widthM / pieceM)));
    this.rows = Math.min(32, Math.max(2, Math.ceil(wall.heightM / pieceM)));
    const places: number[] = [];
    const inPanels: number[] = [];
    this.eachPoint((alongM, upM) => {
      places.push(...wallPoint({ ...wall, positionM: [0, 0, 0], yawDeg: 0 }, alongM, upM));
      inPanels.push(alongM / panelM, upM / panelM);
    });
    const position = new Float32BufferAttribute(places, 3);
    this.face.geometry.dispose();
    this.face.geometry = new BufferGeometry()
      .setAttribute('position', position)
      .setAttribute('uv', new Float32BufferAttribute(inPanels, 2));
    this.face.geometry.setIndex(this.triangles(() => true));
    this.content.geometry.dispose();
    this.content.geometry = new BufferGeometry().setAttribute('position', position);
  }

  /** Lays the camera's picture on the part of the wall that it sees; null takes it off. */
  showContent(camera: StageCamera | null, aspect: number, picture: Texture | null): void {
    const shown = camera !== null && picture !== null;
    this.content.visible = shown;
    if (!shown) return;
    const inPicture: number[] = [];
    const seen: boolean[] = [];
    this.eachPoint((alongM, upM) => {
      const at = toPicture(camera, aspect, toCamera(camera, wallPoint(this.wall, alongM, upM)));
      seen.push(at !== null && at[0] >= 0 && at[0] <= 1 && at[1] >= 0 && at[1] <= 1);
      inPicture.push(at?.[0] ?? 0, 1 - (at?.[1] ?? 0));
    });
    this.content.geometry.setAttribute('uv', new Float32BufferAttribute(inPicture, 2));
    this.content.geometry.setIndex(this.triangles((corner) => seen[corner]!));
    if (this.content.material.map !== picture) {
      this.content.material.map = picture;
      this.content.material.needsUpdate = true;
    }
  }

  dispose(): void {
    for (const { geometry, material } of [this.face, this.content]) {
      geometry.dispose();
      material.dispose();
    }
  }

  private eachPoint(visit: (alongM: number, upM: number) => void): void {
    const { widthM, heightM } = this.wall;
    for (let row = 0; row <= this.rows; row++)
      for (let column = 0; column <= this.columns; column++)
        visit((column / this.columns - 0.5) * widthM, (row / this.rows) * heightM);
  }

  /** Those whose corners are all wanted. */
  private triangles(wanted: (corner: number) => boolean): number[] {
    const out: number[] = [];
    const wide = this.columns + 1;
    for (let row = 0; row < this.rows; row++) {
      for (let column = 0; column < this.columns; column++) {
        const a = row * wide + column;
        for (const triangle of [
          [a, a + 1, a + wide],
          [a + 1, a + wide + 1, a + wide],
        ])
          if (triangle.every(wanted)) out.push(...triangle);
      }
    }
    return out;
  }
}
