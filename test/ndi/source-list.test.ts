import { describe, expect, it } from 'vitest';
import { bracketPart, matchSource, SourceList } from '../../server/ndi/source-list.js';

describe('the merged list of sources', () => {
  it('keeps a source that a round did not see, and drops it after the stated number of rounds', () => {
    const list = new SourceList(3);
    list.round([{ name: 'A (1)', url: '127.0.0.1:5961' }]);
    for (let round = 0; round < 3; round++) list.round([]);
    expect(list.list()).toEqual([{ name: 'A (1)', url: '127.0.0.1:5961' }]);
    list.round([]);
    expect(list.list()).toEqual([]);
  });

  it('starts the count anew whenever the source is seen', () => {
    const list = new SourceList(1);
    for (let round = 0; round < 10; round++) list.round(round % 2 === 0 ? [{ name: 'A (1)', url: null }] : []);
    expect(list.list()).toHaveLength(1);
  });

  it('lists one name once, sorted, and names its further addresses', () => {
    const list = new SourceList();
    list.round([
      { name: 'B (1)', url: '10.0.0.2:5961' },
      { name: 'A (1)', url: '10.0.0.9:5961' },
      { name: 'A (1)', url: '10.0.0.1:5961' },
      { name: 'A (1)', url: '10.0.0.1:5961' },
      { name: 'A (1)', url: null },
    ]);
    expect(list.list()).toEqual([
      { name: 'A (1)', url: '10.0.0.1:5961', alsoAt: ['10.0.0.9:5961'] },
      { name: 'B (1)', url: '10.0.0.2:5961' },
    ]);
  });
});

describe('what an operator means by a name', () => {
  const sources = [
    { name: 'LEFT (Cam A)', url: '10.0.0.1:5961' },
    { name: 'RIGHT (Cam A)', url: '10.0.0.2:5961' },
    { name: 'RIGHT (cam b)', url: '10.0.0.2:5962' },
    { name: 'STAGE (Wide (safe))', url: '10.0.0.3:5961', alsoAt: ['10.0.0.4:5961'] },
  ];
  it.each([
    ['LEFT (Cam A)', 'LEFT (Cam A)', undefined],
    ['left (cam a)', 'LEFT (Cam A)', undefined],
    ['Cam A', 'LEFT (Cam A)', ['10.0.0.2:5961']],
    ['CAM B', 'RIGHT (cam b)', undefined],
    ['Wide (safe)', 'STAGE (Wide (safe))', ['10.0.0.4:5961']],
  ])('%s is %s', (wanted, name, alsoAt) => {
    const match = matchSource(sources, wanted);
    expect(match?.name).toBe(name);
    expect(match?.alsoAt).toEqual(alsoAt);
  });

  it('is the very address, where an address was given', () => {
    expect(matchSource(sources, '10.0.0.4:5961')).toEqual({ name: 'STAGE (Wide (safe))', url: '10.0.0.4:5961' });
  });

  it.each(['Cam', 'Cam C', '', 'LEFT', '10.0.0.1'])('is nobody for "%s"', (wanted) => {
    expect(matchSource(sources, wanted)).toBeNull();
  });

  it.each([
    ['STAGE (CAM A)', 'CAM A'],
    ['STAGE (CAM (A))', 'CAM (A)'],
    ['no brackets', 'no brackets'],
    ['open (only', 'open (only'],
  ])('in brackets of %s stands %s', (name, part) => expect(bracketPart(name)).toBe(part));
});
