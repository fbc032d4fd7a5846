import type { Projector } from '../scene.js';
import { projectAnswers } from './answers.js';
import { projectCheckoutAddress } from './checkout-address.js';
import { projectClaims } from './claims.js';
import { projectConsents } from './consents.js';
import { projectEngagement } from './engagement.js';
import { projectSeenZone } from './seen-zone.js';
import { projectTraits } from './traits.js';

/**
 * What events make of their people, in this order; each sees the person as the one before left them. To add one: a pure function in a file
 * here, and its line. Carts and orders are many people's, and stand in `carts.ts` and `orders.ts`.
 */
export const projections: readonly Projector[] = [
  projectTraits,
  projectCheckoutAddress,
  projectSeenZone,
  projectEngagement,
  projectConsents,
  projectAnswers,
  projectClaims,
];
