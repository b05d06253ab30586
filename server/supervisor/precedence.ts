import { getPriority, setPriority } from 'node:os';

/**
 * A picture goes before a model, a model before a page. Only a privileged user may raise a priority, but everybody may lower one: where
 * lanes cannot be raised, the others stand back, so that the order holds all the same.
 */
export const nicenessOf = (name: string): number =>
  name.startsWith('lane-') || name === 'camera'
    ? -10
    : name === 'inference'
      ? mayRaise()
        ? 0
        : 5
      : mayRaise()
        ? 1
        : 6;

let raising: boolean | null = null;
function mayRaise(): boolean {
  if (raising !== null) return raising;
  const own = getPriority();
  try {
    setPriority(own - 1);
    setPriority(own);
    raising = true;
  } catch {
    raising = false;
  }
  return raising;
}
