import type { Guard } from './guard.js';

/**
 * Withholds from the held-out share and records the verdict that it would have had; it stands after eligibility so that both arms compare.
 */
export const respectHoldout: Guard = (request, facts, decide) =>
  facts.holdout ? { kind: 'withhold', reason: 'holdout', detail: {}, instead: decide(request, { ...facts, holdout: false }) } : null;
