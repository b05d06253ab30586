import type { MeterDescriptor, ParamDescriptor, ParamValue } from '../../protocol/descriptors.js';
import type { OscOut, OscValue } from './codec.js';
import type { Framing } from './framing.js';

/** How one kind of desk wants to be spoken to. What we accept does not depend on it, except for what full means. */
export interface OscProfile {
  readonly transport: 'udp' | 'tcp';
  /** Of TCP: 'length' is OSC 1.0, 'slip' OSC 1.1. */
  readonly framing: Framing;
  /** Whether several values may travel in one bundle. */
  readonly bundles: boolean;
  /** What full is, for values that are ratios, in both directions. */
  readonly ratioFull: 1 | 100 | 255;
  /** 'float' and 'int' send every number so; 'declared' sends whole-number parameters as integers and others as floats. */
  readonly numbers: 'declared' | 'float' | 'int';
  /** On and off as 1 and 0, as 1.0 and 0.0, or as the type tags T and F. */
  readonly toggles: 'int' | 'float' | 'tag';
  /** A choice by its name, or by its position from 0 for desks that have only numbers. */
  readonly choices: 'name' | 'position';
  /** Most messages a second; a burst of that many is let through. Further changes wait, and only the newest of each address is sent. */
  readonly rateHz: number;
  readonly largestPacketBytes: number;
}

const udp = { transport: 'udp', framing: 'length' } as const;
/**
 * The conventions of the desks (reference: their manuals). Eos takes at most 512 bytes and prefers TCP with a length;
 * grandMA3 reads no bundles and has faders of 0–100; QLab answers over TCP with SLIP; TouchOSC, Resolume and Companion are 0–1.
 */
export const oscPresets = {
  generic: {
    ...udp,
    bundles: false,
    ratioFull: 1,
    numbers: 'declared',
    toggles: 'int',
    choices: 'name',
    rateHz: 1000,
    largestPacketBytes: 1432,
  },
  eos: {
    transport: 'tcp',
    framing: 'length',
    bundles: false,
    ratioFull: 1,
    numbers: 'float',
    toggles: 'float',
    choices: 'name',
    rateHz: 100,
    largestPacketBytes: 512,
  },
  grandma3: {
    ...udp,
    bundles: false,
    ratioFull: 100,
    numbers: 'int',
    toggles: 'int',
    choices: 'position',
    rateHz: 60,
    largestPacketBytes: 1432,
  },
  qlab: {
    transport: 'tcp',
    framing: 'slip',
    bundles: false,
    ratioFull: 1,
    numbers: 'declared',
    toggles: 'int',
    choices: 'name',
    rateHz: 100,
    largestPacketBytes: 8192,
  },
  touchosc: {
    ...udp,
    bundles: true,
    ratioFull: 1,
    numbers: 'float',
    toggles: 'float',
    choices: 'position',
    rateHz: 200,
    largestPacketBytes: 1432,
  },
  resolume: {
    ...udp,
    bundles: true,
    ratioFull: 1,
    numbers: 'float',
    toggles: 'int',
    choices: 'position',
    rateHz: 200,
    largestPacketBytes: 1432,
  },
  companion: {
    ...udp,
    bundles: false,
    ratioFull: 1,
    numbers: 'declared',
    toggles: 'int',
    choices: 'name',
    rateHz: 200,
    largestPacketBytes: 1432,
  },
} as const satisfies Record<string, OscProfile>;
export type OscPreset = keyof typeof oscPresets;

type Numbered = ParamDescriptor | MeterDescriptor;
const isRatio = (descriptor: Numbered): boolean => 'unit' in descriptor && descriptor.unit === 'ratio01';
const isWhole = (descriptor: Numbered, value: number): boolean =>
  descriptor.kind === 'number' ? descriptor.integer : Number.isInteger(value);

/** A value as this desk reads it. */
export function outValue(profile: OscProfile, descriptor: Numbered, value: ParamValue): OscOut {
  if (typeof value === 'string') {
    if (descriptor.kind !== 'choice' || profile.choices === 'name') return { type: 's', value };
    return { type: profile.numbers === 'float' ? 'f' : 'i', value: descriptor.choices.indexOf(value) };
  }
  if (typeof value === 'boolean') {
    if (profile.toggles === 'tag') return { type: value ? 'T' : 'F' };
    return { type: profile.toggles === 'float' ? 'f' : 'i', value: value ? 1 : 0 };
  }
  const ratio = isRatio(descriptor);
  const scaled = ratio ? value * profile.ratioFull : value;
  if (profile.numbers === 'float') return { type: 'f', value: scaled };
  if (profile.numbers === 'int') return { type: 'i', value: Math.round(scaled) };
  return !ratio && isWhole(descriptor, value) ? { type: 'i', value: scaled } : { type: 'f', value: scaled };
}

/** A desk's value as the parameter means it: 50 of 100 is 0.5 of a ratio. Only numbers are scaled; "50%" names its own unit. */
export function inValue(ratioFull: number, descriptor: ParamDescriptor, value: OscValue): OscValue {
  if (ratioFull === 1 || !isRatio(descriptor)) return value;
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number / ratioFull : value;
}
