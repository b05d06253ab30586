import type { ParamDescriptor, ParamValue } from '../../server/protocol/descriptors.js';

/** What every widget takes. `labelId` and `helpId` name elements for screen readers. */
export interface InputProps<D extends ParamDescriptor> {
  readonly descriptor: D;
  readonly value: ParamValue;
  readonly testId: string;
  readonly labelId: string;
  readonly helpId: string;
  readonly disabled: boolean;
  readonly onSet: (value: ParamValue) => void;
  readonly onReset: () => void;
}
