import { addCamera, type CameraScope, type MonitorScope } from '../declarations.js';
import { addressOf } from '../params/define.js';
import type { ParamRegistry } from '../params/registry.js';
import type { ParamAddress, ParamValue } from '../protocol/descriptors.js';
import { Book, type BookEntry } from '../show/book.js';
import type { ShowFile } from '../show/schema.js';
import { monitorValues } from '../show/monitor-values.js';
import { bookOfShow } from '../show/show-file.js';

/** The file's looks, cues and stage, and over them what was changed since. */
export function bookOf(show: ShowFile, changed: readonly BookEntry[]): Book {
  const book = new Book(bookOfShow(show));
  for (const entry of changed) book.put(entry);
  return book;
}

/** The scopes of the file's monitor outputs. */
export const monitorScopes = (show: ShowFile): readonly MonitorScope[] =>
  (show.outputs ?? []).map(({ id, label, laneId }) => ({ id, label: label ?? id, laneId }));

/** The scopes of the file's multiviews. */
export const multiviewScopes = (show: ShowFile): readonly CameraScope[] =>
  (show.multiviews ?? []).map(({ id, label }) => ({ id, label: label ?? id }));

/** What the file sets, before anything an operator changed. */
export function startValues(show: ShowFile): Record<ParamAddress, ParamValue> {
  const named = show.sources.flatMap(({ id, likeness }) =>
    likeness == null ? [] : [[addressOf(`lane/${id}`, 'likeness', 'id'), likeness] as const],
  );
  return { ...Object.fromEntries(named), ...monitorValues(show), ...show.values };
}

/** The scopes of the cameras that came, went, or are called otherwise. Gives the ids of those that went. */
export function followCameras(registry: ParamRegistry, before: ShowFile, show: ShowFile): readonly string[] {
  const cameras = new Map(show.sources.map(({ id, label }) => [id, label ?? id]));
  const gone = before.sources.map(({ id }) => id).filter((id) => !cameras.has(id));
  for (const id of gone) for (const scopeId of [`lane/${id}`, `output/${id}`]) registry.removeScope(scopeId);
  const labels = new Map(registry.scopes.map(({ id, label }) => [id, label]));
  for (const [id, label] of cameras) if (labels.get(`lane/${id}`) !== label) addCamera(registry, { id, label });
  return gone;
}
