import { buildLikeness, type LikenessRequest } from '../../likeness/package/build.js';
import type { LikenessPackage } from '../../likeness/package/package-file.js';
import { photoFaces } from '../../likeness/package/photo-faces.js';
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
