export interface DeskKeys {
  readonly bypass: () => void;
  readonly openDesk: (index: number) => void;
  readonly undo: () => void;
  readonly redo: () => void;
  /** True where the key was used: the desk that is open has a cue list. */
  readonly go: () => boolean;
}

/** True where letters are text: shortcuts must not fire while somebody types. */
function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return target.type === 'text' || target.type === 'search';
  return target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}

/** Where Space presses, opens or scrolls something by itself. */
const ownsSpace = (target: EventTarget | null): boolean =>
  target instanceof Element && target.closest('button, a, select, input, summary, [role=application]') !== null;

/** B: bypass of the chosen camera. 1…9: desks. Space: go, on the cue desk. Ctrl+Z, Ctrl+Shift+Z: undo, redo. Returns the way to stop listening. */
export function listenToKeys(keys: DeskKeys): () => void {
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.altKey || event.repeat || isTyping(event.target)) return;
    if (event.ctrlKey || event.metaKey) {
      if (event.key.toLowerCase() !== 'z') return;
      (event.shiftKey ? keys.redo : keys.undo)();
    } else if (event.key === ' ') {
      if (ownsSpace(event.target) || !keys.go()) return;
    } else if (event.key === 'b' || event.key === 'B') keys.bypass();
    else if (/^[1-9]$/.test(event.key)) keys.openDesk(Number(event.key) - 1);
    else return;
    event.preventDefault();
  };
  addEventListener('keydown', onKeyDown);
  return () => removeEventListener('keydown', onKeyDown);
}
