import {
  noBaseVertex,
  type ExpressionDelta,
  type Material,
  type Part,
  type PersonModel,
  type Picture8,
} from './model.js';
import type { Surface } from './makehuman.js';
import { expressionUnitNames, type PersonRecipe } from './recipes.js';
import { bakeVisibility } from './visibility.js';

/** Nothing below this height (dm; the soles are at −8) is kept: cameras frame from the thighs up at most. */
const cutBelowY = -2.5;
/** Smallest expression movement that is kept, dm. */
const deltaFloor = 0.0008;

/** A piece of the person before positions are numbered. */
export interface Piece {
  readonly name: string;
  readonly material: Material;
  readonly picture: Picture8;
  /** Which of the piece's own vertices each corner uses, and the texture coordinates (0…1) of the corner. */
  readonly surface: Surface;
  readonly triangles: number[];
  readonly mapUv: (u: number, v: number) => [number, number];
  readonly source: Source;
}

/** Vertices that pieces share: the base mesh, or one proxy. */
export interface Source {
  readonly positions: Float32Array;
  readonly headWeight: Float32Array;
  readonly deltas: readonly Float32Array[];
}

/** Numbers positions and drawn vertices of all pieces, leaving out what is cut. */
export function number(
  recipe: PersonRecipe,
  pieces: readonly Piece[],
  joints: Record<string, [number, number, number]>,
): PersonModel {
  const positions: number[] = [],
    headWeight: number[] = [],
    vertexPosition: number[] = [],
    vertexUv: number[] = [];
  const triangles: number[] = [],
    parts: Part[] = [],
    origins: { source: Source; vertex: number }[] = [];
  const numbered = new Map<Source, Map<number, number>>();
  pieces.forEach((piece, texture) => {
    const { surface, source } = piece;
    const known = numbered.get(source) ?? new Map<number, number>();
    numbered.set(source, known);
    const corners = new Map<string, number>();
    const firstTriangle = triangles.length / 3,
      firstPosition = positions.length / 3;
    for (const t of piece.triangles) {
      const ids = [0, 1, 2].map((k) => surface.cornerVertex[t * 3 + k]!);
      if (ids.every((id) => source.positions[id * 3 + 1]! < cutBelowY)) continue;
      // Corners run clockwise on the screen for what faces the camera, which is what the rasteriser keeps when it culls.
      for (const k of [0, 2, 1]) {
        const id = ids[k]!;
        let position = known.get(id);
        if (position === undefined) {
          position = positions.length / 3;
          known.set(id, position);
          positions.push(source.positions[id * 3]!, source.positions[id * 3 + 1]!, source.positions[id * 3 + 2]!);
          // Weights of a proxy outside its three base vertices may leave 0…1 a little.
          headWeight.push(Math.max(0, Math.min(1, source.headWeight[id]!)));
          origins.push({ source, vertex: id });
        }
        const uv = surface.cornerUv[t * 3 + k]!,
          key = `${id}/${uv}`;
        let corner = corners.get(key);
        if (corner === undefined) {
          corner = vertexPosition.length;
          corners.set(key, corner);
          const [u, v] = piece.mapUv(surface.uvs[uv * 2]!, surface.uvs[uv * 2 + 1]!);
          vertexPosition.push(position);
          vertexUv.push(u * piece.picture.widthPx, v * piece.picture.heightPx);
        }
        triangles.push(corner);
      }
    }
    parts.push({
      name: piece.name,
      material: piece.material,
      texture,
      firstTriangle,
      triangleCount: triangles.length / 3 - firstTriangle,
      firstPosition,
      endPosition: positions.length / 3,
    });
  });
  if (vertexPosition.length > 65535)
    throw new Error(`${recipe.id}: ${vertexPosition.length} vertices do not fit 16-bit indices`);
  const skinSource = pieces.find((piece) => piece.name === 'head')!.source;
  const model = {
    id: recipe.id,
    name: recipe.name,
    description: recipe.description,
    parts,
    textures: pieces.map((piece) => piece.picture),
    positions: Float32Array.from(positions),
    headWeight: Float32Array.from(headWeight),
    visibility: new Float32Array(0),
    vertexPosition: Uint16Array.from(vertexPosition),
    vertexUv: Float32Array.from(vertexUv),
    triangles: Uint16Array.from(triangles),
    expressions: expressionUnitNames.map((unit, index) => sparse(unit, origins, index)),
    baseVertex: Uint16Array.from(origins, ({ source, vertex }) => (source === skinSource ? vertex : noBaseVertex)),
    eyeCentres: Float32Array.from([...joints['leftEye']!, ...joints['rightEye']!]),
    neckPivot: Float32Array.from(joints['neck']!),
  };
  return { ...model, visibility: bakeVisibility(model) };
}

function sparse(
  unit: ExpressionDelta['unit'],
  origins: readonly { source: Source; vertex: number }[],
  index: number,
): ExpressionDelta {
  const positions: number[] = [],
    deltas: number[] = [];
  origins.forEach(({ source, vertex }, position) => {
    const [x, y, z] = [0, 1, 2].map((k) => source.deltas[index]![vertex * 3 + k]!) as [number, number, number];
    if (Math.hypot(x, y, z) < deltaFloor) return;
    positions.push(position);
    deltas.push(x, y, z);
  });
  return { unit, positions: Uint16Array.from(positions), deltas: Float32Array.from(deltas) };
}
