import type { ErrorEntry } from './registry.js';

/** Weights that a production brings, and the engines made of them. */
export const neuralErrors = {
  MODEL_ROLE_UNKNOWN: {
    severity: 'warning',
    message: 'There is no kind of model "{role}".',
    advice: 'Use one of: {known}.',
  },
  MODEL_ROLE_MISMATCH: {
    severity: 'alarm',
    message: 'The model "{model}" is no {role}: {expected} was expected for its {part}, its tensors are {found}.',
    advice: 'Check which network the file holds and name it with --as.',
  },
  MODEL_WEIGHTS_APART: {
    severity: 'warning',
    message: 'The model "{model}" keeps its weights in other files beside it.',
    advice: 'Save it as one file (in Python: onnx.save_model with save_as_external_data=False) and add that.',
  },
  MODEL_EMAP_MISSING: {
    severity: 'alarm',
    message: 'The model "{model}" holds no 512×512 constant, so an embedding cannot be brought into its space.',
    advice: 'Use the original file: a converter or optimiser has folded the constant away.',
  },
  MODEL_OUTPUT_NOT_FINITE: {
    severity: 'alarm',
    message: 'The model "{model}" gave numbers that are no numbers ({count} of {total} in "{tensor}").',
    advice: 'Half-precision files do this on some graphics cards: use the float32 file, or the provider "cpu".',
  },
  MODEL_OUTPUT_FLAT: {
    severity: 'alarm',
    message: 'The model "{model}" gave one flat colour ("{tensor}" is {value} everywhere).',
    advice: 'The file is damaged or does not fit this provider: use another copy, or the provider "cpu".',
  },
  MODEL_OUTPUT_SHAPE: {
    severity: 'alarm',
    message: 'The model "{model}" gave a tensor "{tensor}" of shape {found}; {expected} was expected.',
    advice: 'Check which network the file holds and name it with --as.',
  },
  MODEL_ID_TAKEN: {
    severity: 'warning',
    message: 'There is already a model "{model}" with other weights.',
    advice: 'Give another name with --id, or remove the old one: npx understudy models remove {model}.',
  },
  MODEL_LICENCE_UNSAID: {
    severity: 'warning',
    message: 'It was not said under which licence the model may be used, or where it is from.',
    advice: 'Add --licence "…" and --source "…": both are shown wherever the likeness is.',
  },
  MODEL_NOT_ADDED: {
    severity: 'alarm',
    message: 'No model "{model}" was added to this machine.',
    advice: '"npx understudy models" lists them; add it with "npx understudy models add".',
  },
  MODEL_CHANGED: {
    severity: 'alarm',
    message: 'The file of the model "{model}" is not the one that was added (SHA-256 {found}, expected {expected}).',
    advice: 'Restore the file, or add it again: npx understudy models add.',
  },
  ENGINE_INCOMPLETE: {
    severity: 'alarm',
    message: 'The engine of the likeness "{likeness}" lacks a model: {reason}',
    advice:
      'Name the missing model under "engines" in the show file; docs/neural-engines.md says which engine needs what.',
  },
  ENGINE_NOT_READY: {
    severity: 'alarm',
    message: 'The engine of the likeness "{likeness}" did not start: {reason}',
    advice: 'The mesh engine draws the likeness meanwhile. "npx understudy models verify" checks the weights.',
  },
  FLOW_NOT_READY: {
    severity: 'warning',
    message: 'The flow network did not start: {reason}',
    advice:
      'The built-in flow (DIS) carries everything meanwhile. Add weights with "npx understudy models add FILE --as raft", or set flow.engine to "dis".',
  },
} satisfies Record<string, ErrorEntry>;
