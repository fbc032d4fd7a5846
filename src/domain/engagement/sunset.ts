import type { EngagementPolicy } from '../policy/engagement-policy.js';
import type { Instant } from '../time/instant.js';
import type { EngagementFacts } from './facts.js';
import { tierAt } from './tier.js';

/**
 * Since when a person gets no marketing any more because they answered none of the win-backs that were sent to them in tier `sunset`; null:
 * they may get it. Nothing is written down for it: an act of their own (an order, a visit, a click, a fresh consent) ends the tier, and
 * this with it.
 */
export function sunsetSince(policy: EngagementPolicy, facts: EngagementFacts, at: Instant): Instant | null {
  const { winBacks, graceMs } = policy.tiers.sunset;
  if (!facts.mayProfile || facts.winBacks.length < winBacks) return null;
  const { tier, since } = tierAt(policy, facts, at);
  if (tier !== 'sunset' || since === null) return null;
  const last = facts.winBacks.filter((sent) => sent >= since && sent <= at)[winBacks - 1];
  return last !== undefined && last + graceMs <= at ? last + graceMs : null;
}
