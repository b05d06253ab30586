/** The machine-readable mark (server/stages/label/mark.ts) as it arrives: read back from the metadata of a received frame. */
export interface ReceivedMark {
  readonly kind: string;
  readonly step: string | null;
  readonly ai: string | null;
  readonly likeness: string | null;
  readonly consent: string | null;
  readonly delayFrames: number | null;
  /** The element itself. */
  readonly xml: string;
}

const unescape = (text: string): string =>
  text.replace(
    /&(amp|lt|gt|quot|apos);/g,
    (_, name: string) => ({ amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" })[name]!,
  );

export function readMark(metadata: string | null): ReceivedMark | null {
  const xml = metadata === null ? undefined : /<understudy\b[^>]*>/.exec(metadata)?.[0];
  if (xml === undefined) return null;
  const attribute = (name: string): string | null => {
    const value = new RegExp(`\\s${name}="([^"]*)"`).exec(xml)?.[1];
    return value === undefined ? null : unescape(value);
  };
  const delay = attribute('delay_frames');
  return {
    kind: attribute('kind') ?? 'unknown',
    step: attribute('step'),
    ai: attribute('ai'),
    likeness: attribute('likeness'),
    consent: attribute('consent'),
    delayFrames: delay === null ? null : Number(delay),
    xml,
  };
}
