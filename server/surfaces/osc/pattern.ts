/**
 * OSC address patterns: `?` one character, `*` any number, `[a-f]` `[!a-f]` one of a set, `{one,two}` one of a list — none
 * of them crosses a `/` — and `//` any number of levels (OSC 1.1). Written for input from strangers: the work is bounded by
 * pattern length times address length, there is no backtracking.
 */
export type AddressMatcher = (address: string) => boolean;

const longestPattern = 256;

export const isPattern = (address: string): boolean => /[*?[\]{}]|\/\//.test(address);

/** null where the pattern does not parse (an open bracket, an empty pattern, no leading slash) or is too long. */
export function compilePattern(pattern: string): AddressMatcher | null {
  if (pattern.length > longestPattern || !pattern.startsWith('/')) return null;
  const levels: Level[] = [];
  for (const segment of pattern.slice(1).split('/')) {
    if (segment === '') levels.push('any');
    else {
      const parts = parseSegment(segment);
      if (parts === null) return null;
      levels.push(parts);
    }
  }
  return (address) => matchLevels(levels, address.slice(1).split('/'));
}

type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'one' }
  | { readonly kind: 'many' }
  | { readonly kind: 'set'; readonly has: (character: string) => boolean }
  | { readonly kind: 'list'; readonly words: readonly string[] };
/** 'any' is the empty level of `//`. */
type Level = readonly Part[] | 'any';

function parseSegment(segment: string): Part[] | null {
  const parts: Part[] = [];
  for (let at = 0; at < segment.length; at += 1) {
    const character = segment[at]!;
    if (character === '?') parts.push({ kind: 'one' });
    else if (character === '*') parts.push({ kind: 'many' });
    else if (character === '[' || character === '{') {
      const close = segment.indexOf(character === '[' ? ']' : '}', at + 1);
      if (close < 0) return null;
      const inner = segment.slice(at + 1, close);
      parts.push(character === '[' ? setOf(inner) : { kind: 'list', words: inner.split(',') });
      at = close;
    } else if (character === ']' || character === '}') return null;
    else parts.push({ kind: 'text', text: character });
  }
  return parts;
}

function setOf(inner: string): Part {
  const negated = inner.startsWith('!');
  const set = negated ? inner.slice(1) : inner;
  const ranges: (readonly [string, string])[] = [];
  for (let at = 0; at < set.length; at += 1) {
    // A "-" at the end has no special meaning (OSC 1.0).
    if (set[at + 1] === '-' && at + 2 < set.length) {
      ranges.push([set[at]!, set[at + 2]!]);
      at += 2;
    } else ranges.push([set[at]!, set[at]!]);
  }
  return {
    kind: 'set',
    has: (character) => ranges.some(([low, high]) => character >= low && character <= high) !== negated,
  };
}

/** Carries the set of positions that the pattern may have reached, instead of trying one way after the other. */
function matchLevels(levels: readonly Level[], segments: readonly string[]): boolean {
  let reached = new Set([0]);
  for (const level of levels) {
    const next = new Set<number>();
    if (level === 'any') {
      const from = Math.min(...reached);
      for (let at = from; at <= segments.length; at += 1) next.add(at);
    } else {
      for (const at of reached) if (at < segments.length && matchSegment(level, segments[at]!)) next.add(at + 1);
    }
    if (next.size === 0) return false;
    reached = next;
  }
  return reached.has(segments.length);
}

function matchSegment(parts: readonly Part[], text: string): boolean {
  let reached = new Set([0]);
  for (const part of parts) {
    const next = new Set<number>();
    if (part.kind === 'many') {
      for (let at = Math.min(...reached); at <= text.length; at += 1) next.add(at);
    } else {
      for (const at of reached) {
        for (const length of lengthsAt(part, text, at)) next.add(at + length);
      }
    }
    if (next.size === 0) return false;
    reached = next;
  }
  return reached.has(text.length);
}

/** How many characters the part may take from `at`. */
function lengthsAt(part: Exclude<Part, { kind: 'many' }>, text: string, at: number): readonly number[] {
  switch (part.kind) {
    case 'text':
      return text[at] === part.text ? [1] : [];
    case 'one':
      return at < text.length ? [1] : [];
    case 'set':
      return at < text.length && part.has(text[at]!) ? [1] : [];
    case 'list':
      return part.words.filter((word) => text.startsWith(word, at)).map((word) => word.length);
  }
}
