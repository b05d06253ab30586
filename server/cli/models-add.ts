import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { CodedError } from '../errors/coded-error.js';
import { type AddedModel, writeAdded } from '../likeness/neural/added-models.js';
import { contractOf, isModelRole, type ModelRole, modelRoles } from '../likeness/neural/roles.js';
import { selfTest } from '../likeness/neural/self-test.js';
import { openForeign } from '../onnx/foreign.js';
import { hasExternalWeights, lastInitialiser } from '../onnx/initialiser.js';
import { machineClock } from '../time/clock.js';
import { readNamedFile } from './parse.js';

export interface AddRequest {
  readonly file: string;
  readonly role: string;
  readonly id: string | undefined;
  readonly licence: string | undefined;
  readonly source: string | undefined;
  readonly folder: string;
}

/** "Ghost_2_256.onnx" → "ghost-2-256". */
const idOf = (file: string): string =>
  basename(file)
    .replace(/\.(onnx|dfm)$/i, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 32)
    .replace(/-+$/, '');

function roleOf(text: string): ModelRole {
  if (isModelRole(text)) return text;
  throw new CodedError('MODEL_ROLE_UNKNOWN', { role: text, known: modelRoles.join(', ') });
}

/**
 * Takes weights into this machine's store: reads them as the kind they are said to be, runs them once on noise, and keeps a copy with
 * licence and source. Throws MODEL_ROLE_UNKNOWN, MODEL_LICENCE_UNSAID, MODEL_WEIGHTS_APART, MODEL_EMAP_MISSING, MODEL_ID_TAKEN,
 * what the session throws, and what the self-test finds.
 */
export async function addModel(request: AddRequest): Promise<AddedModel> {
  const role = roleOf(request.role);
  const { licence, source } = request;
  if (!licence?.trim() || !source?.trim()) throw new CodedError('MODEL_LICENCE_UNSAID');
  const id = request.id ?? idOf(request.file);
  const bytes = readNamedFile(request.file);
  const session = await openForeign(id, bytes);
  try {
    const tensors = await selfTest(id, role, session);
    refuseUnusable(id, role, bytes);
    const model: AddedModel = {
      schemaVersion: 1,
      id,
      role,
      licence: licence.trim(),
      source: source.trim(),
      sha256: createHash('sha256').update(bytes).digest('hex'),
      bytes: bytes.length,
      addedIso: machineClock.wallClockIso(),
      ...tensors,
    };
    writeAdded(request.folder, model, bytes);
    return model;
  } finally {
    await session.close();
  }
}

function refuseUnusable(id: string, role: ModelRole, bytes: Uint8Array): void {
  if (hasExternalWeights(bytes)) throw new CodedError('MODEL_WEIGHTS_APART', { model: id });
  const contract = contractOf(role);
  const wantsEmap = contract.what === 'swapper' && contract.source === 'emap';
  if (wantsEmap && lastInitialiser(bytes, [512, 512]) === null)
    throw new CodedError('MODEL_EMAP_MISSING', { model: id });
}
