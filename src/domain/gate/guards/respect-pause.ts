import type { Guard } from './guard.js';

/** A pause or kill switch holds, without an instant: a resume pokes and then applies `catch_up`. */
export const respectPause: Guard = (_request, { paused }) =>
  paused === null
    ? null
    : {
        kind: 'hold',
        reason: 'paused',
        detail: { scope: paused.scope, ...(paused.provider === undefined ? {} : { provider: paused.provider }) },
      };
