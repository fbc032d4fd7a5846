import { commerceEventNames } from '../domain/carts/commerce-events.js';

/** Names of events that say nothing of a person. */
export const knownEventNames: readonly string[] = [
  ...commerceEventNames,
  'quiz started',
  'question answered',
  'quiz answered',
  'quiz completed',
  'consent granted',
  'consent denied',
  'consent revoked',
  'consent withdrawn',
];
