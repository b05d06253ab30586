import { describe, expect, it } from 'vitest';
import { ParamCells, settleMs } from '../../../control-ui/link/cells.js';
import { TestTime } from './fake-host.js';

const address = '/understudy/output/cam-a/likeness/mix01';

function build() {
  const time = new TestTime();
  const cells = new ParamCells(time.now, time.later);
  cells.load({ [address]: 1 });
  return { time, cells, cell: () => cells.find(address)!.value };
}

describe('parameter cells', () => {
  it('show the operator’s value at once and call it pending until the server answers', () => {
    const { cells, cell } = build();
    cells.setLocally(address, 0.4);
    expect(cell()).toMatchObject({ shown: 0.4, confirmed: 1, pending: true });
    cells.echo(address, 0.4, 'page');
    expect(cell()).toMatchObject({ shown: 0.4, confirmed: 0.4, pending: false, mine: true, by: 'page' });
  });

  it('are not pulled back by answers to older positions of a slider still moving', () => {
    const { time, cells, cell } = build();
    cells.setLocally(address, 0.4);
    time.pass(30);
    cells.setLocally(address, 0.5);
    cells.echo(address, 0.4, 'page');
    expect(cell()).toMatchObject({ shown: 0.5, confirmed: 0.4, pending: true });
    cells.echo(address, 0.5, 'page');
    expect(cell()).toMatchObject({ shown: 0.5, pending: false });
  });

  it('follow a console at once, even while the operator’s own value is on the way', () => {
    const { cells, cell } = build();
    cells.setLocally(address, 0.4);
    cells.echo(address, 0.9, 'osc 127.0.0.1:53000');
    expect(cell()).toMatchObject({ shown: 0.9, confirmed: 0.9, mine: false, by: 'osc 127.0.0.1:53000' });
  });

  it('end at the value the server limited them to', () => {
    const { time, cells, cell } = build();
    cells.setLocally(address, 7);
    cells.echo(address, 1, 'page');
    time.pass(settleMs);
    expect(cell()).toMatchObject({ shown: 1, pending: false });
  });

  it('fall back to the server’s value when it never answers, or refuses', () => {
    const { time, cells, cell } = build();
    cells.setLocally(address, 0.2);
    time.pass(settleMs - 1);
    expect(cell().shown).toBe(0.2);
    time.pass(1);
    expect(cell()).toMatchObject({ shown: 1, pending: false });
    cells.setLocally(address, 0.3);
    cells.settle(address);
    expect(cell()).toMatchObject({ shown: 1, pending: false });
  });

  it('do not call another page’s change their own', () => {
    const { cells, cell } = build();
    cells.echo(address, 0.1, 'page');
    expect(cell()).toMatchObject({ shown: 0.1, mine: false, by: 'page' });
  });

  it('stay the same objects over a reconnect, with the new values', () => {
    const { cells, cell } = build();
    const before = cells.find(address);
    cells.setLocally(address, 0.3);
    cells.load({ [address]: 0.7 });
    expect(cells.find(address)).toBe(before);
    expect(cell()).toMatchObject({ shown: 0.7, pending: false });
  });
});
