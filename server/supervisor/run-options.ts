import type { ExecutionProvider } from '../onnx/port.js';

/** What the command line says of a run, beside the show. */
export interface RunOptions {
  readonly httpPort?: number;
  readonly oscPort?: number;
  readonly stateFolder?: string;
  readonly interfaces?: readonly string[];
  readonly machineName?: string;
  readonly quiet?: boolean;
  /** Where models run; rules over the show file. */
  readonly provider?: ExecutionProvider;
  /** Further processes of the run, such as the simulated camera: started first, ended last. */
  readonly companions?: readonly { readonly name: string; readonly entry: string; readonly args: readonly string[] }[];
}
