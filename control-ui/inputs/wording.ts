/** What is written in another way than its letters' case in a name tells. */
const spelt: Readonly<Record<string, string>> = {
  dmx: 'DMX',
  osc: 'OSC',
  oscquery: 'OSCQuery',
  ndi: 'NDI',
  fps: 'frame rate',
  zeroconf: 'announce by Zeroconf',
  euro: 'Euro',
};

/** "intervalFrames" → "Interval", "mix01" → "Mix", "side-by-side" → "Side by side": the unit is shown beside the number. */
export function humanName(name: string): string {
  const bare = name.replace(/(01|Ms|Frames|Px|Deg|Percent|Hz|Ev|Db)$/, '') || name;
  const words = bare
    .replace(/[-_.]/g, ' ')
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(' ')
    .map((word) => (Object.hasOwn(spelt, word) ? spelt[word]! : word))
    .join(' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** "now", "12 s ago", "3 min ago". */
export function ago(ageMs: number): string {
  const seconds = Math.floor(ageMs / 1000);
  if (seconds < 2) return 'now';
  if (seconds < 90) return `${seconds} s ago`;
  return `${Math.round(seconds / 60)} min ago`;
}
