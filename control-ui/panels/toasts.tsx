import type { JSX } from 'preact';
import { useDesk } from '../link/desk-context.js';

/** What the server refused, and what to do about it. */
export function Toasts(): JSX.Element {
  const desk = useDesk();
  return (
    <div class="toasts" aria-live="assertive" data-testid="toasts">
      {desk.toasts.value.map((toast) => (
        <div key={toast.id} class="toast" role="alert" data-testid={`toast-${toast.code}`}>
          <div>
            <p>
              <strong>{toast.message}</strong>
            </p>
            <p>{toast.advice}</p>
            <p class="muted mono small">{toast.code}</p>
          </div>
          <button type="button" aria-label="Close" onClick={() => desk.dismissToast(toast.id)}>
            ×
          </button>
        </div>
      ))}
    </div>
  );
}
