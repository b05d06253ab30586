import type { PictureKind } from '../../frame/frames.js';
import type { LabelFacts } from './contract.js';
import { labelText } from './glyphs.js';

const escape = (text: string): string =>
  text.replace(/[&<>"']/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' })[c] ?? c);

/** The machine-readable mark. A plain or matte picture says what it is and never says AI. */
export function markOf(kind: PictureKind, facts: LabelFacts): string {
  if (kind !== 'likeness') return `<understudy version="1" kind="${kind}" delay_frames="${facts.delayFrames}"/>`;
  const likeness = facts.likenessId === null ? '' : ` likeness="${escape(facts.likenessId)}"`;
  const consent = facts.consentId === null ? '' : ` consent="${escape(facts.consentId)}"`;
  return `<understudy version="1" kind="likeness" ai="modified" label="${labelText}" step="${facts.step}"${likeness}${consent} delay_frames="${facts.delayFrames}"/>`;
}

/**
 * The camera's own metadata and the mark as one well-formed element. NDI asks for one root; several go in
 * <ndi_metadata_group> (NDI SDK documentation, metadata).
 */
export function joinMetadata(own: string | null, mark: string): string {
  if (own === null || own.trim() === '') return mark;
  const group = /^\s*<ndi_metadata_group\b[^>]*>([\s\S]*)<\/ndi_metadata_group>\s*$/i.exec(own);
  return `<ndi_metadata_group>${group ? group[1] : own}${mark}</ndi_metadata_group>`;
}
