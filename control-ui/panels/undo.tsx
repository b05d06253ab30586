import type { JSX } from 'preact';
import { useDesk } from '../link/desk-context.js';
import { redoAddress, undoAddress } from '../link/show-addresses.js';
import { ActionButton } from './action-button.js';

/** One undo list for everybody: the buttons say what they would do, and whose it was. */
export function UndoButtons(): JSX.Element {
  const desk = useDesk();
  const undo = desk.editState.value?.undo ?? null;
  const redo = desk.editState.value?.redo ?? null;
  return (
    <span class="undo" role="group" aria-label="Undo and redo">
      <ActionButton
        address={undoAddress}
        testId="undo"
        class="tool"
        keys="Control+Z"
        label={undo === null ? 'Nothing to undo' : `Undo ${undo}`}
        disabled={undo === null}
      >
        <span aria-hidden="true">↶</span>
        <span class="tool-word">Undo</span>
      </ActionButton>
      <ActionButton
        address={redoAddress}
        testId="redo"
        class="tool"
        keys="Control+Shift+Z"
        label={redo === null ? 'Nothing to redo' : `Redo ${redo}`}
        disabled={redo === null}
      >
        <span aria-hidden="true">↷</span>
      </ActionButton>
    </span>
  );
}
