import { getPriority, setPriority } from 'node:os';

/**
 * A picture goes before a model, a model before a page. Only a privileged user may raise a priority, but everybody may lower one: where
 * lanes cannot be raised, the others stand back a little, so that the order holds all the same. Models stay before what else runs on the
 * machine where that is allowed: without them a face that comes in stays concealed.
 */
export function nicenessOf(name: string): number {
  const raised = mayRaise();
  if (name.startsWith('lane-') || name === 'camera') return raised ? -10 : 0;
  if (name === 'inference') return raised ? -5 : 2;
  return raised ? 0 : 4;
}

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
