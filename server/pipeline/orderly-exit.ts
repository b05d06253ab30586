/** libndi's threads need this long to end after its last sender is gone. */
const ndiEndsMs = 80;

/**
 * Ends this process in order when its keeper asks (SIGTERM) or is gone (disconnect). Ctrl-C reaches the whole group of processes, and the
 * keeper ends its children itself: it is passed over here.
 *
 * @param closeParts everything that uses libndi, and timers and links; called once
 * @param closeNdi called when libndi's threads have ended; then the process exits
 * @returns the same, to be called for other reasons; further calls do nothing
 */
export function exitInOrder(closeParts: () => void, closeNdi: () => void): () => void {
  let closing = false;
  const close = (): void => {
    if (closing) return;
    closing = true;
    closeParts();
    setTimeout(() => {
      closeNdi();
      process.exit(0);
    }, ndiEndsMs);
  };
  process.on('SIGTERM', close);
  process.on('SIGINT', () => {});
  process.on('disconnect', close);
  return close;
}
