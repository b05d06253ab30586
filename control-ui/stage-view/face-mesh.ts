import {
  BufferAttribute,
  BufferGeometry,
  DoubleSide,
  Group,
  Mesh,
  MeshLambertMaterial,
  Points,
  PointsMaterial,
} from 'three';
import type { MeshFrame } from '../../server/protocol/binary.js';
import { confidenceColor, faceDistanceM, placeFace } from './stage-geometry.js';

const distanceSmoothing = 0.15;
/** A face this long unseen is taken off the stage. */
export const faceForgottenMs = 700;

/** One performer's live face: triangles where known, else points; coloured by confidence. In the camera's space. */
export class FaceMesh {
  readonly group = new Group();
  seenAtMs = 0;
  private readonly geometry = new BufferGeometry();
  private readonly skin = new MeshLambertMaterial({ side: DoubleSide, flatShading: true, emissiveIntensity: 0.12 });
  private readonly dots = new PointsMaterial({ size: 0.012 });
  private positions = new Float32Array(0);
  private distanceM: number | null = null;
  private readonly surface = new Mesh(this.geometry, this.skin);
  private readonly cloud = new Points(this.geometry, this.dots);

  constructor(triangles: Uint16Array | null) {
    this.setTriangles(triangles);
    this.surface.frustumCulled = false;
    this.cloud.frustumCulled = false;
    this.group.add(this.surface, this.cloud);
  }

  setTriangles(triangles: Uint16Array | null): void {
    this.geometry.setIndex(triangles ? new BufferAttribute(triangles, 1) : null);
    this.surface.visible = triangles !== null;
    this.cloud.visible = triangles === null;
  }

  /**
   * @param fovDeg of the camera that sees the face, horizontal
   * @param enlarge drawn this many times life size about its own centre
   */
  show(frame: MeshFrame, nowMs: number, fovDeg: number, enlarge: number): void {
    this.seenAtMs = nowMs;
    const measuredM = faceDistanceM(frame.points, frame.aspect, fovDeg);
    this.distanceM =
      this.distanceM === null ? measuredM : this.distanceM + (measuredM - this.distanceM) * distanceSmoothing;
    if (this.positions.length !== frame.points.length) {
      this.positions = new Float32Array(frame.points.length);
      this.geometry.setAttribute('position', new BufferAttribute(this.positions, 3));
    }
    const centre = placeFace(frame.points, frame.aspect, fovDeg, this.distanceM, this.positions);
    for (let i = 0; i < this.positions.length; i += 3) {
      for (let axis = 0; axis < 3; axis++) this.positions[i + axis]! -= centre[axis]!;
    }
    this.group.position.set(...centre);
    this.group.scale.setScalar(enlarge);
    this.geometry.attributes['position']!.needsUpdate = true;
    const color = confidenceColor(frame.confidence01);
    this.skin.color.setRGB(...color);
    this.skin.emissive.setRGB(...color);
    this.dots.color.setRGB(...color);
  }

  dispose(): void {
    this.geometry.dispose();
    this.skin.dispose();
    this.dots.dispose();
  }
}
