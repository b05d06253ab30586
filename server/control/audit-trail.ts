import type { ParamChange } from '../surfaces/dispatch/dispatch.js';
import type { AuditKind, AuditLog } from '../trust/audit-log.js';
import type { Json } from '../trust/canonical-json.js';

/** A fader in motion is one entry: its last value after this long. Bypass and likeness changes are written at once. */
const settleMs = 1000;

/** Writes the desk's doings to the audit log. A full disk must not stop the operator, only the loading of a likeness. */
export class AuditTrail {
  readonly #settling = new Map<string, ParamChange>();
  #timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly log: AuditLog,
    private readonly onFault: (reason: string) => void,
  ) {}

  /** False where it could not be written. */
  record(kind: AuditKind, by: string, detail: { readonly [key: string]: Json }): boolean {
    try {
      this.log.append(kind, by, detail);
      return true;
    } catch (error) {
      this.onFault(error instanceof Error ? error.message : String(error));
      return false;
    }
  }

  param(change: ParamChange): void {
    const { address, value, by } = change;
    if (address.endsWith('/output/bypass')) {
      this.record('bypass', by, { address, value });
    } else if (address.endsWith('/likeness/id')) {
      this.record('param', by, { address, value });
    } else {
      this.#settling.set(address, change);
      this.#timer ??= setTimeout(() => this.flush(), settleMs);
    }
  }

  flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    for (const { address, value, by } of this.#settling.values()) this.record('param', by, { address, value });
    this.#settling.clear();
  }
}
