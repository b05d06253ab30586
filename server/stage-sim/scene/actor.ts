import type { PersonModel } from '../cast/model.js';
import { PersonGeometry } from './person-geometry.js';
import { shade } from './shading.js';
import type { StagePicture } from './stage-picture.js';
import type { LightRig, PersonState, View } from './view.js';
import { expressionUnitNames } from '../cast/recipes.js';

const jawOpen = expressionUnitNames.indexOf('jawOpen'), smile = expressionUnitNames.indexOf('smile'), partLips = expressionUnitNames.indexOf('partLips');
const stretch = expressionUnitNames.indexOf('stretch');

/** A person or prop that can be posed and drawn: geometry, light and the drawing order of its parts. */
export class Actor {
  readonly geometry: PersonGeometry;
  readonly #light: Float32Array;

  constructor(readonly model: PersonModel) {
    this.geometry = new PersonGeometry(model);
    this.#light = new Float32Array(model.positions.length * 2);
  }

  /** Poses and projects; `draw` and all truths use the last pose. */
  pose(state: PersonState, view: View): void {
    this.geometry.pose(state);
    this.geometry.project(view);
  }

  /** Draws the parts that `wants` accepts, lit. */
  draw(picture: StagePicture, state: PersonState, rig: LightRig, view: View, wants: (material: string, part: string) => boolean): void {
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
  }
}

const isMouthOpen = (expression: Float32Array): boolean =>
  expression[jawOpen]! + 0.6 * expression[partLips]! + 0.3 * expression[stretch]! + 0.2 * expression[smile]! > 0.06;
