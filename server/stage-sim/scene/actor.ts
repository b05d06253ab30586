import type { PersonModel } from '../cast/model.js';
import { PersonGeometry } from './person-geometry.js';
import { Outline } from './outline.js';
import { shade } from './shading.js';
import type { StagePicture } from './stage-picture.js';
import { rotationOf, type DirectionalLight, type LightRig, type PersonState, type View } from './view.js';
import { expressionUnitNames } from '../cast/recipes.js';

const jawOpen = expressionUnitNames.indexOf('jawOpen'),
  smile = expressionUnitNames.indexOf('smile'),
  partLips = expressionUnitNames.indexOf('partLips');
const stretch = expressionUnitNames.indexOf('stretch');

/** A person or prop that can be posed and drawn: geometry, light and the drawing order of its parts. */
export class Actor {
  readonly geometry: PersonGeometry;
  readonly #light: Float32Array;
  readonly #outline: Outline;
  readonly #gaze = new Float64Array(9);

  constructor(readonly model: PersonModel) {
    this.geometry = new PersonGeometry(model);
    this.#outline = new Outline(model);
    this.#light = new Float32Array(model.positions.length * 2);
  }

  /** Poses and projects; `draw` and all truths use the last pose. */
  pose(state: PersonState, view: View): void {
    this.geometry.pose(state);
    this.geometry.project(view);
  }

  /** Draws the parts that `wants` accepts, lit. */
  draw(
    picture: StagePicture,
    state: PersonState,
    rig: LightRig,
    view: View,
    wants: (material: string, part: string) => boolean,
  ): void {
    this.geometry.computeNormals();
    shade(this.geometry, rig, view, this.#light);
    picture.fillVertices(this.geometry, this.#light);
    const mouthOpens = isMouthOpen(state.expression);
    for (const part of this.model.parts) {
      if (!wants(part.material, part.name)) continue;
      // Teeth lie so close behind the lips that they would show through a closed mouth.
      if (!mouthOpens && (part.material === 'teeth' || part.material === 'tongue')) continue;
      picture.drawPart(this.model, part);
    }
    this.#outline.draw(picture, this.geometry, this.#light, (texture) => wanted(this.model, texture, wants));
    if (this.model.parts.some(({ material, name }) => material === 'eye' && wants(material, name)))
      this.#drawGlints(picture, state, rig, view);
  }

  /** Lights mirrored in the eyes: without them eyes look painted. */
  #drawGlints(picture: StagePicture, state: PersonState, rig: LightRig, view: View): void {
    const r = this.geometry.headRotation,
      g = rotationOf(state.gazeYawRad, -state.gazePitchRad, 0, this.#gaze),
      pivot = this.model.neckPivot;
    const forward = [0, 1, 2].map((row) => r[row * 3]! * g[2]! + r[row * 3 + 1]! * g[5]! + r[row * 3 + 2]! * g[8]!);
    for (let eye = 0; eye < 6; eye += 3) {
      const c = [0, 1, 2].map((k) => this.model.eyeCentres[eye + k]! - pivot[k]!);
      const place = [state.xDm, state.yDm, state.zDm].map(
        (shift, row) => r[row * 3]! * c[0]! + r[row * 3 + 1]! * c[1]! + r[row * 3 + 2]! * c[2]! + pivot[row]! + shift,
      );
      const glint = (light: DirectionalLight, sizeDm: number, alpha01: number): void => {
        const towards = [view.centreXDm - place[0]!, view.centreYDm - place[1]!, view.distanceDm - place[2]!],
          away = Math.hypot(...towards);
        const half = light.direction.map((value, k) => value + towards[k]! / away),
          length = Math.hypot(...half);
        const align = half.reduce((sum, value, k) => sum + (value / length) * forward[k]!, 0);
        // Mirrored by the cornea only: a bulge over the iris.
        if (align < 0.86) return;
        const [x, y, z] = place.map((value, k) => value + 0.055 * forward[k]! + (0.098 * half[k]!) / length) as [
          number,
          number,
          number,
        ];
        const depth = view.distanceDm - z,
          scale = view.focalPx / depth,
          shine = Math.min(1, Math.max(...light.rgb) * 1.3);
        const colour = light.rgb.map((value) => 255 * Math.min(1, value * 1.3)) as [number, number, number];
        picture.drawGlint(
          view.widthPx / 2 + (x - view.centreXDm) * scale,
          view.heightPx / 2 - (y - view.centreYDm) * scale,
          depth - glintNearerDm,
          sizeDm * scale,
          colour,
          alpha01 * shine,
        );
      };
      glint(rig.key, 0.021, 0.95);
      glint(rig.fill, 0.014, 0.5);
    }
  }
}

/** A glint lies on the cornea, under the lids. */
const glintNearerDm = 0.012;

const wanted = (model: PersonModel, texture: number, wants: (material: string, part: string) => boolean): boolean =>
  model.parts.some((part) => part.texture === texture && wants(part.material, part.name));

const isMouthOpen = (expression: Float32Array): boolean =>
  expression[jawOpen]! + 0.6 * expression[partLips]! + 0.3 * expression[stretch]! + 0.2 * expression[smile]! > 0.06;
