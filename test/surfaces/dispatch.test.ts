import { describe, expect, it } from 'vitest';
import { registryOf } from '../../server/declarations.js';
import { Dispatcher, refusal, type ParamChange } from '../../server/surfaces/dispatch/dispatch.js';

const bypass = '/understudy/output/cam-a/output/bypass';
const mix = '/understudy/lane/cam-a/likeness/mix01';
const interval = '/understudy/lane/cam-a/keyframe/intervalFrames';
const make = (saved = {}, onFault: (error: unknown) => void = () => {}) =>
  new Dispatcher(
    registryOf([
      { id: 'cam-a', label: 'A' },
      { id: 'cam-b', label: 'B' },
    ]),
    saved,
    onFault,
  );

describe('dispatch', () => {
  it('tells every listener once, with the value as it was taken and by whom', () => {
    const dispatcher = make();
    const heard: ParamChange[] = [];
    dispatcher.onChange((change) => heard.push(change));
    expect(dispatcher.dispatch(interval, '61', 'page')).toMatchObject({
      ok: true,
      value: 60,
      clamped: true,
      changed: true,
    });
    expect(heard).toEqual([{ address: interval, value: 60, by: 'page' }]);
  });

  it('says nothing where nothing changed, so that two surfaces cannot echo for ever', () => {
    const dispatcher = make();
    const heard: ParamChange[] = [];
    dispatcher.onChange((change) => {
      heard.push(change);
      dispatcher.dispatch(change.address, change.value, 'echo');
    });
    dispatcher.dispatch(bypass, 1, 'osc');
    dispatcher.dispatch(bypass, true, 'page');
    expect(heard).toHaveLength(1);
  });

  it('reports a listener that throws and tells the others all the same', () => {
    const faults: unknown[] = [];
    const dispatcher = make({}, (error) => faults.push(error));
    let heard = 0;
    dispatcher.onChange(() => {
      throw new Error('broken surface');
    });
    dispatcher.onChange(() => (heard += 1));
    expect(dispatcher.dispatch(bypass, 1, 'osc').ok).toBe(true);
    expect({ heard, faults: faults.length }).toEqual({ heard: 1, faults: 1 });
  });

  it('refuses with code, reason and advice, counts it, and changes nothing', () => {
    const dispatcher = make();
    expect(dispatcher.dispatch(mix, 'half', 'osc')).toEqual({
      ok: false,
      address: mix,
      code: 'PARAM_WRONG_TYPE',
      message: 'likeness.mix01 does not take "half".',
      advice: 'Send a number from 0 to 1.',
    });
    expect(dispatcher.dispatch('/understudy/nowhere', 1, 'osc')).toMatchObject({ code: 'PARAM_UNKNOWN_ADDRESS' });
    expect(dispatcher.reset('/understudy/nowhere', 'osc')).toMatchObject({ code: 'PARAM_UNKNOWN_ADDRESS' });
    expect(dispatcher.get(mix)).toBe(1);
    expect(Object.fromEntries(dispatcher.refusals)).toEqual({ PARAM_WRONG_TYPE: 1, PARAM_UNKNOWN_ADDRESS: 2 });
  });

  it('lets a guard stop a valid value', () => {
    const dispatcher = make();
    dispatcher.addGuard((change) =>
      change.value === 'stolen' ? refusal(change.address, 'CONSENT_MISSING', { likeness: 'stolen', reason: '' }) : null,
    );
    const id = '/understudy/lane/cam-a/likeness/id';
    expect(dispatcher.dispatch(id, 'stolen', 'page')).toMatchObject({ ok: false, code: 'CONSENT_MISSING' });
    expect(dispatcher.get(id)).toBe('');
    expect(dispatcher.dispatch(id, 'older', 'page')).toMatchObject({ ok: true });
  });

  it('starts from what was saved, except what is no longer valid', () => {
    const dispatcher = make({ [mix]: 0.25, [interval]: 'often', '/understudy/gone': 1 });
    expect([dispatcher.get(mix), dispatcher.get(interval), dispatcher.get('/understudy/gone')]).toEqual([
      0.25,
      4,
      undefined,
    ]);
  });

  it('gives a lane its own scopes and the show, and nothing of another lane', () => {
    const values = Object.keys(make().forLane('cam-a'));
    expect(values).toContain(bypass);
    expect(values).toContain('/understudy/show/preview/maxFps');
    expect(values.filter((address) => address.includes('cam-b'))).toEqual([]);
  });
});
