import type { CapRule } from '../../src/domain/gate/cap-rule.js';
import { type CapPerson, capsFor } from '../../src/domain/gate/caps-for.js';
import type { SendRequest } from '../../src/domain/gate/send-gate.js';
import { shippedPolicies } from './policies.js';

const policies = shippedPolicies();

/** Somebody engaged, interested in everything, who chose nothing. */
export function capPersonLike(overrides: Partial<CapPerson> = {}): CapPerson {
  return { tier: 'hot', topicMultiplier: 1, fatigueMultiplier: 1, chosen: null, timeZone: 'Europe/Berlin', ...overrides };
}

/** The shipped caps for such a person and message. */
export function shippedCaps(
  request: Partial<Pick<SendRequest, 'class' | 'priority' | 'obeysCap' | 'isUserInitiated'>> = {},
  person: Partial<CapPerson> = {},
): readonly CapRule[] {
  return capsFor(policies, capPersonLike(person), { class: 'marketing', priority: 80, ...request });
}
