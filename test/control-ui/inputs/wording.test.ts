import { describe, expect, it } from 'vitest';
import { registryOf } from '../../../server/declarations.js';
import { humanName } from '../../../control-ui/inputs/wording.js';

describe('names as the page writes them', () => {
  it('are words without the unit, which stands beside the number', () => {
    expect(['intervalFrames', 'mix01', 'side-by-side', 'likeness.mix01'].map(humanName)).toEqual([
      'Interval',
      'Mix',
      'Side by side',
      'Likeness mix',
    ]);
  });

  it('have their capitals where a name of its own has them', () => {
    expect(['oscquery', 'dmx', 'one-euro', 'maxFps'].map(humanName)).toEqual([
      'OSCQuery',
      'DMX',
      'One Euro',
      'Max frame rate',
    ]);
  });

  it('are empty for no parameter, and two of one group never have the same', () => {
    const { descriptors } = registryOf([{ id: 'cam-a', label: 'A' }]);
    const names = descriptors.map(({ scope, group, name }) => `${scope} ${group} ${humanName(name)}`);
    expect(names.filter((name) => name.endsWith(' '))).toEqual([]);
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
  });
});
