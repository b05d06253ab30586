import { afterEach, beforeEach } from 'vitest';
import type { Desk } from '../../server/control/desk.js';
import type { Cue, ShowEdit } from '../../server/protocol/show.js';
import { DeskUnderTest, synthetic, type OpenDesk } from './desk-under-test.js';

export const bypass = '/understudy/output/cam-a/output/bypass';
export const mirror = '/understudy/output/cam-a/output/mirror';
export const mix = '/understudy/lane/cam-a/likeness/mix01';
export const light = '/understudy/lane/cam-a/look/light01';
export const interval = '/understudy/lane/cam-a/keyframe/intervalFrames';
export const likenessId = '/understudy/lane/cam-a/likeness/id';
/** Made anew before each test of the file that called useShow; bindings are live. */
export let place: DeskUnderTest;
export let open: OpenDesk;
export let desk: Desk;

/** A desk with the package `older` before each test of the file, closed after it. */
export function useShow(): void {
  beforeEach(() => {
    place = new DeskUnderTest();
    place.makePackage('older', synthetic);
    open = place.open();
    ({ desk } = open);
  });
  afterEach(() => place.close());
}

/** From here on `desk` is one of another show, in the same place. */
export function openShow(show: Parameters<DeskUnderTest['open']>[0]): void {
  open = place.open(show);
  ({ desk } = open);
}

export const act = (name: string, argument: string | number | boolean | null = null, by = 'page 1') =>
  desk.dispatcher.dispatch(`/understudy/show/${name}`, argument, by);
export const edit = (one: ShowEdit, by = 'page 1') => desk.show.edit(one, by);
export const cue = (number: string, over: Partial<Cue>) => edit({ kind: 'cue-set', cue: { number, ...over } });
/** Lets time pass as the timer of the process does. */
export const pass = (ms: number, stepMs = 12): void => {
  for (let gone = 0; gone < ms; gone += stepMs) {
    place.clock.advanceUs(Math.min(stepMs, ms - gone) * 1000);
    desk.show.tick();
  }
};
export const paramsSent = () => open.sent.flatMap(({ message }) => (message.type === 'params' ? [message.values] : []));
