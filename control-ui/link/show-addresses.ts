/** Actions that the page has buttons of its own for; their help comes from the server's declarations. */
const show = (name: string): string => `/understudy/show/${name}`;

export const undoAddress = show('edit/undo');
export const redoAddress = show('edit/redo');
export const goAddress = show('cue/go');
export const backAddress = show('cue/back');
export const stopAddress = show('cue/stop');
export const finishAddress = show('cue/finish');
export const jumpAddress = show('cue/jump');
export const selectAddress = show('cue/select');
export const recallAddress = show('looks/recall');
export const lockAddress = show('lock/take');
export const releaseAddress = show('lock/release');
export const takeOverAddress = show('lock/takeOver');
export const saveAddress = show('version/save');
export const restoreAddress = show('version/restore');
