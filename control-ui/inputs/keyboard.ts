export interface DeskKeys {
  readonly bypass: () => void;
  readonly openDesk: (index: number) => void;
}

/** True where letters are text: shortcuts must not fire while somebody types. */
function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return target.type === 'text' || target.type === 'search';
  return target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}

/** B: bypass of the chosen camera. 1…9: desks. Returns the way to stop listening. */
export function listenToKeys(keys: DeskKeys): () => void {
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || isTyping(event.target)) return;
    if (event.key === 'b' || event.key === 'B') keys.bypass();
    else if (/^[1-9]$/.test(event.key)) keys.openDesk(Number(event.key) - 1);
    else return;
    event.preventDefault();
  };
  addEventListener('keydown', onKeyDown);
  return () => removeEventListener('keydown', onKeyDown);
}
