import { KernelMemory } from '../../kernels/memory.js';
import { loadRasterKernel } from '../../kernels/raster.js';
import { bakeFace, bakeFileName, writeBake } from '../../likeness/mesh/bake.js';
import { loadCanonicalFace } from '../../likeness/mesh/canonical.js';
import { buildLikeness, type LikenessRequest } from '../../likeness/package/build.js';
import type { LikenessPackage } from '../../likeness/package/package-file.js';
import { decodePhoto, photoFaces } from '../../likeness/package/photo-faces.js';
import { createSession } from '../../onnx/ort.js';
import { FaceDetector } from '../../stages/keyframe/analysis/face-detector.js';
import { FaceMesher } from '../../stages/keyframe/analysis/face-mesher.js';
import { machineClock } from '../../time/clock.js';

/** Measures the photos with the real models. Throws the codes of buildLikeness and of the models. */
export async function measureLikeness(request: LikenessRequest): Promise<LikenessPackage> {
  const detector = await FaceDetector.create(createSession);
  try {
    const mesher = await FaceMesher.create(createSession);
    try {
      return await buildLikeness(request, photoFaces(detector, mesher), machineClock);
    } finally {
      await mesher.close();
    }
  } finally {
    await detector.close();
  }
}

/** A 4096 px photo takes 134 MB at 8 bytes a pixel, and the mesh's buffers little. */
const bakeMegabytes = 256;

/** The bake of the photo that looks most straight at the camera: equal packages give equal bytes. */
export async function bakePackage({ manifest, photos }: Pick<LikenessPackage, 'manifest' | 'photos'>): Promise<Uint8Array> {
  const front = [...manifest.photos].sort((a, b) => Math.abs(a.yawDeg) - Math.abs(b.yawDeg))[0]!;
  const photo = await decodePhoto(photos.get(front.file)!);
  const memory = new KernelMemory(bakeMegabytes);
  const landmarks = Float32Array.from(front.landmarksPx);
  return writeBake(bakeFace({ ...photo, landmarks }, loadCanonicalFace(), memory, loadRasterKernel(memory)));
}

/** The package with its bake beside the photos, as a lane loads it. */
export async function withBake(likeness: LikenessPackage): Promise<LikenessPackage> {
  return { ...likeness, photos: new Map([...likeness.photos, [bakeFileName, await bakePackage(likeness)]]) };
}
