import type { Guard } from './guard.js';

/** An exit that came since the step was reached: an order, an emptied cart. */
export const respectExits: Guard = (_request, { exit }) =>
  exit === null ? null : { kind: 'exit', reason: 'exited', detail: { rule: exit.rule } };
