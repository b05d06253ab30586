import { irisColour } from './iris-colour.js';
import { photoShading } from './albedo.js';
import { skinLines } from './skin-lines.js';
import { paintLids } from './lid-skin.js';
import { lumaOf, smoothSkin } from './smooth-skin.js';
import { undoInterpolation } from './texture-filters.js';
import { fillHoles, mergePhotos, type MergedSkin } from './merge-photos.js';
import { reachSteps, skinReach, stepOf, TexturePolar, wrapped } from './skin-reach.js';
import type { SkinMesh } from './skin-mesh.js';
import { unclipped } from './unclip.js';
import { spreadOverTexture, texels, textureSizePx, unwrap, type Photo, type UnwrapTools } from './unwrap.js';

export { textureSizePx, type Photo } from './unwrap.js';

/**
 * What the mesh engine needs of a photographed face: its skin unwrapped to the skin mesh's texture space, its shape turned
 * to the front, and its colour at every vertex. Made once when a likeness is built, or a performer enrolled.
 */
export interface FaceBake {
  /** textureSizePx² × RGBA, 8 bit, sRGB-coded; alpha 255 where a photo saw the person's skin, 0 where it was filled in. */
  readonly texture: Uint8Array;
  /** The same without pores, lines and stubble: RGB, what `look.texture01` fades to. */
  readonly smooth: Uint8Array;
  /** How far each texel lies in one of the skin's lines, 0…255: what `look.age01` deepens. */
  readonly lines: Uint8Array;
  /** Skin mesh vertices × (x, y, z) in the canonical face's frame (cm, y up, z to the viewer), scaled to its size. */
  readonly shape: Float32Array;
  /** Skin mesh vertices × RGB 0…255, mean over a small patch. */
  readonly vertexRgb: Float32Array;
  /** How far the skin goes on outside the face's oval, by direction; see skinReach. */
  readonly reach: Float32Array;
  /** RGB 0…255 of the irises; zeros where they were not seen. */
  readonly irisRgb: Float32Array;
}

/** photos: the one that looks most straight at the camera first. */
export function bakeFace(photos: readonly Photo[], tools: UnwrapTools): FaceBake {
  const unwrapped = photos.map((photo) => {
    const seen = unwrap(photo, tools);
    return { ...seen, rgb: unclipped(seen) };
  });
  const skin = mergePhotos(unwrapped);
  const polar = new TexturePolar(tools.mesh);
  const reach = skinReach(skin.rgb, skin.seen, polar);
  const keep = skinMask(skin, reach, polar);
  fillHoles(skin, keep);
  takeLightOut(skin, unwrapped[0]!.shape, tools);
  paintLids(skin.rgb, tools.mesh);
  const { smooth, bare01 } = smoothSkin(skin.rgb, textureSizePx);
  const lines = skinLines(lumaOf(skin.rgb), bare01, textureSizePx);
  undoInterpolation(skin.rgb, textureSizePx, interpolationShare);
  const texture = new Uint8Array(texels * 4);
  for (let i = 0; i < texels; i++) {
    for (let c = 0; c < 3; c++) texture[i * 4 + c] = Math.min(255, Math.max(0, Math.round(skin.rgb[i * 3 + c]!)));
    texture[i * 4 + 3] = keep[i]! * 255;
  }
  return {
    texture,
    smooth,
    lines,
    shape: unwrapped[0]!.shape,
    vertexRgb: vertexColours(skin.rgb, tools.mesh),
    reach,
    irisRgb: irisColour(photos[0]!),
  };
}

/** Leaves albedo (up to one factor) in place of the photo. */
function takeLightOut(skin: MergedSkin, shape: Float32Array, tools: UnwrapTools): void {
  const shading = photoShading(vertexColours(skin.rgb, tools.mesh), shape, tools);
  const spread = spreadOverTexture(shading, tools);
  for (let i = 0; i < texels * 3; i++) skin.rgb[i]! /= spread[Math.floor(i / 3)]!;
}

/** How well a photo must have seen a texel (see Unwrapped.seen): on the face, and on the rings round it. */
const leastSeen = 0.02;
const leastSeenRound = 0.06;
/** As a share of the rings. */
const hairMargin = 0.12;

/** 1 where a photo saw skin. */
function skinMask(skin: MergedSkin, reach: Float32Array, polar: TexturePolar): Float32Array {
  const keep = new Float32Array(texels);
  for (let i = 0; i < texels; i++) {
    if (skin.seen[i]! < leastSeen) continue;
    const u = ((i % textureSizePx) + 0.5) / textureSizePx - 0.5,
      v = (Math.floor(i / textureSizePx) + 0.5) / textureSizePx - 0.5;
    const step = stepOf(u, v);
    const radius = Math.hypot(u, v);
    // Round the head's edge, where skin is seen aslant, the matte lets background through.
    if (radius > polar.radius(step, 0) && skin.seen[i]! < leastSeenRound) continue;
    // A little inside its end skin is already mixed with hair.
    keep[i] = radius < polar.radius(step, wrapped(reach, step) - hairMargin) ? 1 : 0;
  }
  return keep;
}

/** See undoInterpolation: a little less than is lost. */
const interpolationShare = 0.4;

const patchTexels = 4;
function vertexColours(rgb: Float32Array, mesh: SkinMesh): Float32Array {
  const out = new Float32Array(mesh.count * 3);
  const held = (value: number): number => Math.min(textureSizePx - 1, Math.max(0, value));
  const n = (patchTexels * 2 + 1) ** 2;
  for (let i = 0; i < mesh.count; i++) {
    const x = Math.floor(mesh.uvs[i * 2] * textureSizePx),
      y = Math.floor(mesh.uvs[i * 2 + 1] * textureSizePx);
    for (let dy = -patchTexels; dy <= patchTexels; dy++) {
      for (let dx = -patchTexels; dx <= patchTexels; dx++) {
        const at = (held(y + dy) * textureSizePx + held(x + dx)) * 3;
        for (let c = 0; c < 3; c++) out[i * 3 + c]! += rgb[at + c]! / n;
      }
    }
  }
  return out;
}

const magic = 'UNDERSTUDY-BAKE5';
/** One file: magic, then texture, smooth, lines, shape, vertexRgb, reach, irisRgb as raw little-endian bytes. */
export function writeBake(bake: FaceBake): Uint8Array {
  const bytes = (data: Float32Array): Uint8Array => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const parts = [
    Buffer.from(magic),
    bake.texture,
    bake.smooth,
    bake.lines,
    bytes(bake.shape),
    bytes(bake.vertexRgb),
    bytes(bake.reach),
    bytes(bake.irisRgb),
  ];
  return Buffer.concat(parts);
}
/** Null for anything that is not a whole bake of a mesh of `vertexCount`. */
export function readBake(file: Uint8Array, vertexCount: number): FaceBake | null {
  const sizes = [texels * 4, texels * 3, texels, vertexCount * 12, vertexCount * 12, reachSteps * 4, 12];
  if (file.length !== sizes.reduce((sum, size) => sum + size, magic.length)) return null;
  if (Buffer.from(file.subarray(0, magic.length)).toString('latin1') !== magic) return null;
  // A copy: a Buffer's slice shares its memory, at an offset that need not be a float's.
  const copy = new Uint8Array(file);
  let at = magic.length;
  const [texture, smooth, lines, shape, vertexRgb, reach, irisRgb] = sizes.map((size) => {
    const part = copy.slice(at, at + size);
    at += size;
    return part;
  }) as Uint8Array[] as [Uint8Array, Uint8Array, Uint8Array, Uint8Array, Uint8Array, Uint8Array, Uint8Array];
  return {
    texture,
    smooth,
    lines,
    shape: new Float32Array(shape.buffer),
    vertexRgb: new Float32Array(vertexRgb.buffer),
    reach: new Float32Array(reach.buffer),
    irisRgb: new Float32Array(irisRgb.buffer),
  };
}
