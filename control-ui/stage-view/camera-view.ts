import {
  BoxGeometry,
  BufferGeometry,
  CylinderGeometry,
  Float32BufferAttribute,
  Group,
  LineBasicMaterial,
  LineSegments,
  Mesh,
  MeshBasicMaterial,
  MeshLambertMaterial,
} from 'three';
import type { MeshFrame } from '../../server/protocol/binary.js';
import type { StageCamera } from '../../server/protocol/show.js';
import { FaceMesh, faceForgottenMs } from './face-mesh.js';
import { PicturePlane } from './picture-plane.js';
import { pictureWidthAtOneM } from './stage-geometry.js';
import { horizontalFovDeg } from './stage-model.js';

export type Tally = 'program' | 'preview' | 'none';
const tallyColors: Record<Tally, number> = { program: 0xff3b30, preview: 0x34c759, none: 0x333a44 };
const pictureAtM = 0.85;
const frustumM = 4.6;

/** One camera: body with tally lamp, frustum of its lens, live picture, and the faces that it sees. */
export class CameraView {
  /** At the lens, looking along −z. */
  readonly group = new Group();
  readonly picture = new PicturePlane(1, 0.55);
  readonly faces = new Map<number, FaceMesh>();
  camera: StageCamera;
  /** Width / height of its picture. */
  aspect = 16 / 9;
  private readonly lamp = new MeshBasicMaterial({ color: tallyColors.none });
  private readonly pole = new Mesh(
    new CylinderGeometry(0.035, 0.05, 1, 10),
    new MeshLambertMaterial({ color: 0x39424d }),
  );
  private readonly frustum = new LineSegments(
    new BufferGeometry(),
    new LineBasicMaterial({ color: 0xffd166, transparent: true, opacity: 0.7 }),
  );
  private drawn = '';

  constructor(
    camera: StageCamera,
    private triangles: Uint16Array | null,
  ) {
    this.camera = camera;
    this.group.rotation.order = 'YXZ';
    const body = new Mesh(new BoxGeometry(0.24, 0.26, 0.42), new MeshLambertMaterial({ color: 0x596573 }));
    body.position.z = 0.36;
    const lens = new Mesh(new CylinderGeometry(0.075, 0.09, 0.16, 20), new MeshLambertMaterial({ color: 0x2b323b }));
    lens.rotation.x = Math.PI / 2;
    lens.position.z = 0.08;
    const lampBox = new Mesh(new BoxGeometry(0.12, 0.05, 0.05), this.lamp);
    lampBox.position.set(0, 0.16, 0.2);
    this.picture.mesh.position.z = -pictureAtM;
    this.group.add(body, lens, lampBox, this.picture.mesh, this.frustum);
    this.setCamera(camera, this.aspect);
  }

  /** The stand stays upright, whatever the camera does: it is no child of the group. */
  get stand(): Mesh {
    return this.pole;
  }

  setCamera(camera: StageCamera, aspect: number): void {
    this.camera = camera;
    this.aspect = aspect;
    this.group.userData['pick'] = { kind: 'camera', id: camera.laneId };
    this.group.position.set(...camera.positionM);
    const [pan, tilt, roll] = camera.rotationDeg.map((degrees) => (degrees * Math.PI) / 180) as [
      number,
      number,
      number,
    ];
    this.group.rotation.set(tilt, pan, roll);
    const heightM = Math.max(0.05, camera.positionM[1] - 0.13);
    this.pole.scale.y = heightM;
    this.pole.position.set(
      camera.positionM[0] + Math.sin(pan) * 0.36,
      heightM / 2,
      camera.positionM[2] + Math.cos(pan) * 0.36,
    );
    const optics = `${camera.focalLengthMm} ${camera.sensorWidthMm} ${aspect}`;
    if (optics === this.drawn) return;
    this.drawn = optics;
    const widthAtOneM = pictureWidthAtOneM(horizontalFovDeg(camera));
    this.picture.setWidth(widthAtOneM * pictureAtM);
    this.frustum.geometry.dispose();
    this.frustum.geometry = frustumLines((widthAtOneM * frustumM) / 2, aspect);
  }

  setTriangles(triangles: Uint16Array | null): void {
    this.triangles = triangles;
    for (const face of this.faces.values()) face.setTriangles(triangles);
  }

  setTally(tally: Tally): void {
    this.lamp.color.setHex(tallyColors[tally]);
  }

  /** The chosen camera's frustum stands out. */
  setChosen(chosen: boolean): void {
    this.frustum.material.opacity = chosen ? 0.8 : 0.28;
  }

  showFace(frame: MeshFrame, nowMs: number, enlarge: number): FaceMesh {
    let face = this.faces.get(frame.faceId);
    if (!face) {
      face = new FaceMesh(this.triangles);
      this.faces.set(frame.faceId, face);
      this.group.add(face.group);
    }
    face.show(frame, nowMs, horizontalFovDeg(this.camera), enlarge);
    return face;
  }

  /** True where a face that is no longer reported left the stage. */
  sweep(nowMs: number): boolean {
    let left = false;
    for (const [id, face] of this.faces) {
      if (nowMs - face.seenAtMs < faceForgottenMs) continue;
      this.group.remove(face.group);
      face.dispose();
      this.faces.delete(id);
      left = true;
    }
    return left;
  }

  dispose(): void {
    for (const face of this.faces.values()) face.dispose();
    this.picture.dispose();
    this.frustum.geometry.dispose();
  }
}

function frustumLines(halfWidthM: number, aspect: number): BufferGeometry {
  const halfHeightM = halfWidthM / aspect;
  const corners = [
    [-halfWidthM, halfHeightM],
    [halfWidthM, halfHeightM],
    [halfWidthM, -halfHeightM],
    [-halfWidthM, -halfHeightM],
  ] as const;
  const ends = corners.flatMap(([x, y], i) => {
    const [nextX, nextY] = corners[(i + 1) % 4]!;
    return [0, 0, 0, x, y, -frustumM, x, y, -frustumM, nextX, nextY, -frustumM];
  });
  return new BufferGeometry().setAttribute('position', new Float32BufferAttribute(ends, 3));
}
