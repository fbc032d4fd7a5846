/**
 * To add a guard: one file here that exports a `Guard`, its place in the list below (the order is the policy: the first that objects
 * decides), its facts in `SendFacts`, a sentence in `explain.ts`, a row in `test/domain/gate/send-gate.test.ts` and a scenario that meets
 * it.
 */
import type { Guard } from './guard.js';
import { requireAddress } from './require-address.js';
import { requireConsent } from './require-consent.js';
import { requireContent } from './require-content.js';
import { respectHold } from './respect-hold.js';
import { respectHoldout } from './respect-holdout.js';
import { respectPause } from './respect-pause.js';
import { respectPrice } from './respect-price.js';
import { respectSuppression } from './respect-suppression.js';
import { respectTextBudget } from './respect-text-budget.js';

export const guards: readonly Guard[] = [
  respectPause,
  requireConsent,
  respectSuppression,
  requireAddress,
  respectHold,
  respectHoldout,
  requireContent,
  respectPrice,
  respectTextBudget,
];
