import { describe, expect, it } from 'vitest';
import { fakeDescriptors } from '../../../control-ui/dev/fake-descriptors.js';
import { instancesForLane, paramsOfScope, scopesForLane } from '../../../control-ui/link/addresses.js';

const scopes = [
  { id: 'show', label: 'Show' },
  { id: 'lane/cam-a', label: 'A' },
  { id: 'lane/cam-b', label: 'B' },
  { id: 'output/cam-a', label: 'A out' },
  { id: 'output/cam-a-matte', label: 'A matte', laneId: 'cam-a' },
  { id: 'output/cam-b', label: 'B out' },
];

describe('addresses', () => {
  it('name scope, group and parameter', () => {
    const addresses = paramsOfScope(fakeDescriptors, 'output/cam-a').map(({ address }) => address);
    expect(addresses).toContain('/understudy/output/cam-a/output/bypass');
    expect(addresses).toContain('/understudy/output/cam-a/fallback/maxHoldMs');
    expect(addresses.some((address) => address.includes('keyframe'))).toBe(false);
  });

  it('a camera’s panels are its outputs, itself and the show, and nobody else’s', () => {
    expect(scopesForLane(scopes, 'cam-a').map(({ id }) => id)).toEqual([
      'output/cam-a',
      'output/cam-a-matte',
      'lane/cam-a',
      'show',
    ]);
  });

  it('finds bypass of every output of one camera', () => {
    const found = instancesForLane(fakeDescriptors, scopes, 'cam-a', 'output.bypass').map(({ scopeId }) => scopeId);
    expect(found).toEqual(['output/cam-a', 'output/cam-a-matte']);
    expect(instancesForLane(fakeDescriptors, scopes, 'cam-a', 'no.such')).toEqual([]);
  });
});
