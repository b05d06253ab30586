import { homedir } from 'node:os';

/**
 * Takes out of text what must not leave the production with a support archive: number lists (embeddings, landmarks), encoded binary
 * (pictures, bakes, keys), secrets, addresses of people's homes on the disk.
 */
const removed = (what: string): string => `[removed: ${what}]`;
/** Names of fields whose value is never passed on. */
const secretField = /secret|token|passw|authori[sz]ation|cookie|credential|api.?key|private.?key|signature/i;
/** Fields that hold a face in numbers or as a picture. */
const faceField =
  /embedding|enrolment|identity(?!01|File)|landmark|descriptor|template|photo|thumbnail|picture|jpeg|png|bake(?!File)/i;
/** More numbers than any setting has. */
const longestNumberList = 16;

const looksEncoded = (text: string): boolean => /(?:^|[^\w+/=-])[\w+/-]{120,}={0,2}/.test(` ${text}`);

/** A parsed value without faces and secrets; the shape stays. */
export function redactValue(value: unknown, field = ''): unknown {
  if (value === null || typeof value === 'boolean') return value;
  if (secretField.test(field)) return removed('secret');
  if (typeof value === 'string') return redactText(value);
  if (typeof value === 'number') return value;
  if (Array.isArray(value)) {
    if (value.length > longestNumberList && value.every((item) => typeof item === 'number'))
      return removed(`${value.length} numbers`);
    if (faceField.test(field)) return removed(`${value.length} entries`);
    return value.map((item) => redactValue(item));
  }
  if (typeof value !== 'object') return removed(typeof value);
  const keys = Object.keys(value);
  // A typed array that was put through JSON: {"0": …, "1": …}.
  if (keys.length > longestNumberList && keys.every((key, index) => key === String(index)))
    return removed(`${keys.length} numbers`);
  if (faceField.test(field)) return removed('face data');
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, redactValue(item, key)]));
}

/** Free text, such as a log line that is not JSON. */
export function redactText(text: string): string {
  const home = homedir();
  let out = home.length > 1 ? text.replaceAll(home, '~') : text;
  out = out.replace(/(-?\d+(?:\.\d+)?(?:e[-+]?\d+)?[,;\s]+){16,}-?\d+(?:\.\d+)?(?:e[-+]?\d+)?/gi, removed('numbers'));
  out = out.replace(/\b(bearer|basic)\s+[\w.~+/=-]{8,}/gi, `$1 ${removed('secret')}`);
  out = out.replace(
    /(["']?[\w-]*(?:secret|token|passw\w*|authori[sz]ation|cookie|credential\w*|api[_-]?key|private[_-]?key)["']?\s*[=:]\s*)(["']?)(?!\[removed)[^\s"',;&}]+\2/gi,
    `$1${removed('secret')}`,
  );
  out = out.replace(/data:[\w/+.-]+;base64,[\w+/=-]+/g, removed('picture'));
  return looksEncoded(out) ? out.replace(/[\w+/-]{120,}={0,2}/g, removed('encoded data')) : out;
}

/** A log: each line as JSON where it is JSON, else as text. */
export function redactLog(text: string): string {
  return text
    .split('\n')
    .map((line) => {
      if (!/^\s*[[{]/.test(line)) return redactText(line);
      try {
        return JSON.stringify(redactValue(JSON.parse(line)));
      } catch {
        return redactText(line);
      }
    })
    .join('\n');
}
