import type { Log } from '../../src/app/deps.js';

const nothing = (): void => {};

/** Says nothing. */
export const silentLog: Log = { info: nothing, warn: nothing, error: nothing };
