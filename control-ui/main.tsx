import { render } from 'preact';
import { listenToKeys } from './inputs/keyboard.js';
import { browserHost } from './link/browser-host.js';
import { Desk } from './link/desk.js';
import { DeskContext } from './link/desk-context.js';
import { desks } from './panels/header.js';
import { Page, shownDesk } from './page.js';
import { goAddress, redoAddress, undoAddress } from './link/show-addresses.js';

const desk = new Desk<ImageBitmap>(browserHost);
desk.open();
shownDesk.subscribe((name) => desk.identify({ place: name }));

document.addEventListener('visibilitychange', () => {
  desk.pictures.setVisible(!document.hidden);
  if (!document.hidden) desk.retryNow();
});
listenToKeys({
  bypass: () => desk.toggleBypass(desk.laneId.value),
  openDesk: (index) => {
    const name = desks[index];
    if (name) location.hash = name.toLowerCase();
  },
  undo: () => void desk.do(undoAddress),
  redo: () => void desk.do(redoAddress),
  go: () => {
    if (shownDesk.peek() !== 'Cues') return false;
    void desk.do(goAddress);
    return true;
  },
});

const root = document.getElementById('page');
if (root) {
  root.textContent = '';
  render(
    <DeskContext.Provider value={desk}>
      <Page />
    </DeskContext.Provider>,
    root,
  );
}
