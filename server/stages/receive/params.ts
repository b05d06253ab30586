import { defineParams } from '../../params/define.js';

/** Nothing about receiving may change on air: source, groups and interfaces are in the show file. */
export const receiveParams = defineParams('receive', 'lane', {});
