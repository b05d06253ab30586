import type { BlendKernel } from '../../kernels/blend.js';
import type { CameraKernel } from '../../kernels/camera.js';
import type { IrisKernel } from '../../kernels/iris.js';
import type { KernelMemory } from '../../kernels/memory.js';
import { rasterVertexFloats, type RasterKernel } from '../../kernels/raster.js';
import { loadVertexKernel, type VertexKernel } from '../../kernels/vertex.js';
import { CameraMatch } from './camera-match.js';
import { type CanonicalFace, type FaceTopology, topologyOf } from './canonical.js';
import { drawingOrder } from './drawing-order.js';
import { LightSamples } from './relight.js';
import { LayeredTriangles, Layers } from './layers.js';
import { RimKernel } from '../../kernels/rim.js';
import { SkinRim } from './skin-rim.js';
import { skinMeshOf, type SkinMesh } from './skin-mesh.js';

/** Largest patch side; a face larger than this is drawn clipped to it. */
export const maxPatchSidePx = 1600;

/** Kernel buffers that all mesh likenesses of a lane share: they draw one after the other. */
export class MeshCanvas {
  readonly camera: CameraMatch;
  readonly vertex: VertexKernel;
  readonly light: LightSamples;
  readonly rim: SkinRim;
  readonly patchPtr: number;
  readonly selfPtr: number;
  readonly depthPtr: number;
  readonly vertexPtr: number;
  readonly selfVertexPtr: number;
  readonly layers: Layers;
  /** What is drawn as skin: the face without its openings, and the rings round it. */
  readonly skin: LayeredTriangles;
  /** Triangles inside each rim, as topology.rims. */
  readonly insides: readonly LayeredTriangles[];
  /** Skin first, then the insides. */
  readonly lists: readonly LayeredTriangles[];
  readonly offsetsYuvPtr: number;
  readonly offsetsRgbPtr: number;
  readonly whiteYuvPtr: number;
  readonly whiteRgbPtr: number;
  readonly topology: FaceTopology;
  readonly mesh: SkinMesh;

  constructor(
    readonly memory: KernelMemory,
    readonly raster: RasterKernel,
    readonly blend: BlendKernel,
    readonly iris: IrisKernel,
    camera: CameraKernel,
    readonly canonical: CanonicalFace,
  ) {
    this.topology = topologyOf(canonical);
    this.mesh = skinMeshOf(canonical);
    const rings = this.mesh.triangles.subarray(canonical.triangles.length);
    this.patchPtr = memory.allocate(maxPatchSidePx * maxPatchSidePx * 8);
    this.selfPtr = memory.allocate(maxPatchSidePx * maxPatchSidePx * 8);
    this.vertex = loadVertexKernel(memory);
    this.light = new LightSamples(memory, this.vertex, this.mesh.count);
    this.rim = new SkinRim(memory, new RimKernel(memory), maxPatchSidePx);
    this.camera = new CameraMatch(memory, camera, this.selfPtr);
    this.depthPtr = memory.allocate(maxPatchSidePx * maxPatchSidePx * 4);
    this.vertexPtr = memory.allocate(this.mesh.count * rasterVertexFloats * 4);
    this.selfVertexPtr = memory.allocate(this.mesh.count * rasterVertexFloats * 4);
    const skin = drawingOrder(Uint16Array.from([...this.topology.skin, ...rings]), this.mesh.uvs);
    this.skin = new LayeredTriangles(memory, skin);
    this.insides = this.topology.rims.map(({ inside }) => new LayeredTriangles(memory, inside));
    this.lists = [this.skin, ...this.insides];
    this.layers = new Layers(memory, raster, this.mesh.triangles, this.depthPtr, maxPatchSidePx);
    this.offsetsYuvPtr = memory.allocate(64);
    this.offsetsRgbPtr = memory.allocate(64);
    memory.f32.set([16, 128, 128, 0], this.offsetsYuvPtr >> 2);
    memory.f32.set([0, 0, 0, 0], this.offsetsRgbPtr >> 2);
    this.whiteYuvPtr = memory.allocate(64);
    this.whiteRgbPtr = memory.allocate(64);
    memory.f32.set([235, 128, 128, 0], this.whiteYuvPtr >> 2);
    memory.f32.set([255, 255, 255, 0], this.whiteRgbPtr >> 2);
  }
}
