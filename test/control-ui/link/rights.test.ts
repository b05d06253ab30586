import { describe, expect, it } from 'vitest';
import { editsAddress, mayChange, whyNot } from '../../../control-ui/link/rights.js';
import { OperatorLock } from '../../../server/show/lock.js';
import { showActions } from '../../../server/show/actions.js';

const you = (role: 'operator' | 'director' | 'dit') => ({ clientId: 'page 2', role, name: '' });
const mix = '/understudy/lane/cam-a/likeness/mix01';
const bypass = '/understudy/output/cam-a/output/bypass';
const go = '/understudy/show/cue/go';

describe('what the page offers', () => {
  it('offers a director nothing to change, and a DIT what monitors and versions need', () => {
    for (const address of [mix, bypass, go, editsAddress])
      expect(mayChange(you('director'), null, address)).toBe(false);
    expect(mayChange(you('dit'), null, '/understudy/show/version/save')).toBe(true);
    expect(mayChange(you('dit'), null, mix)).toBe(false);
    expect(whyNot(you('director'), null, mix)).toContain('director');
  });

  it.each(['edits', 'all'] as const)('agrees with the server about everything under a lock of "%s"', (what) => {
    const lock = new OperatorLock();
    lock.take('page 1 Kim', what, '');
    const addresses = showActions.flatMap((group) =>
      group.descriptors.map(({ group: name, name: action }) => `/understudy/show/${name}/${action}`),
    );
    expect(addresses.length).toBeGreaterThan(10);
    for (const address of [...addresses, mix, bypass])
      expect([address, mayChange(you('operator'), lock.state, address)]).toEqual([
        address,
        lock.inTheWayOf('page 2', address) === null,
      ]);
    expect(mayChange({ ...you('operator'), clientId: 'page 1' }, lock.state, mix)).toBe(true);
    expect(whyNot(you('operator'), lock.state, mix)).toBe('Locked by page 1.');
  });
});
