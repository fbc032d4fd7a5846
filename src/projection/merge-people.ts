import { mayProfile } from '../domain/engagement/facts.js';
import { mergeEngagement, withoutSignals } from '../domain/engagement/state.js';
import { objections } from '../domain/keys/browser-word.js';
import { mergeTraitTimes, type Profile } from '../domain/people/profile.js';
import type { EngagementPolicy } from '../domain/policy/engagement-policy.js';
import type { Instant } from '../domain/time/instant.js';
import { contactPoints } from './contact-points.js';

/** Two people who are one: the newest statement about each trait, and what both did. The id is that of `into`. */
export function mergedProfile(
  from: Profile,
  into: Profile,
  at: Instant,
  policy: EngagementPolicy,
  shopCountry: string | null = null,
): Profile {
  const { traits, traitTimes } = mergeTraitTimes(into, withoutLifting(from, into));
  const { email, phone } = contactPoints(traits, shopCountry);
  const united = mergeEngagement(into.engagement, from.engagement, policy);
  return {
    ...into,
    traits,
    traitTimes,
    email,
    phone,
    createdAt: Math.min(into.createdAt, from.createdAt),
    updatedAt: at,
    lastInstant: Math.max(into.lastInstant, from.lastInstant),
    engagement: mayProfile(traits) ? united : withoutSignals(united),
  };
}

/** What a visitor allowed before anybody knew who they are lifts no objection of the person whom they turn out to be. */
function withoutLifting(from: Profile, into: Profile): Pick<Profile, 'traits' | 'traitTimes'> {
  const lifted = objections.filter((name) => into.traits[name] === false && from.traits[name] !== false);
  if (lifted.length === 0) return from;
  const times = Object.entries(from.traitTimes).filter(([name]) => !lifted.some((one) => one === name));
  return { traits: from.traits, traitTimes: Object.fromEntries(times) };
}
