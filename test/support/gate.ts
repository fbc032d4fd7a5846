import type { ConsentRecord } from '../../src/domain/consent/consent.js';
import type { CapWindow } from '../../src/domain/gate/cap-rule.js';
import type { SendFacts, SendRequest } from '../../src/domain/gate/send-gate.js';
import type { LedgerSlot } from '../../src/domain/messages/message.js';
import type { Place } from '../../src/domain/places/zone-evidence.js';
import { day, hour } from '../../src/domain/time/instant.js';
import { shippedPolicies } from './policies.js';

const { topics: shippedTopics, quietHours } = shippedPolicies();

/** Tuesday 1 December 2026, 12:00 UTC: 13:00 in Berlin. */
export const noon = Date.UTC(2026, 11, 1, 12);

export const berlinPlace: Place = { zone: 'Europe/Berlin', country: 'DE', region: null, unknown: null };

/** A marketing email that may wait a day. */
export function sendRequest(overrides: Partial<SendRequest> = {}): SendRequest {
  const at = overrides.at ?? noon;
  return {
    messageId: 'this-message',
    channel: 'email',
    class: 'marketing',
    topic: 'cart_reminder',
    priority: 80,
    at,
    deadlineAt: at + day,
    onCapped: 'defer',
    ...overrides,
  };
}

export function consentTo(channel: 'email' | 'sms', topic: string, overrides: Partial<ConsentRecord> = {}): ConsentRecord {
  return { channel, topic, state: 'granted', at: noon - 30 * day, method: 'form', source: 'checkout', ...overrides };
}

/** Nothing against it: consent everywhere, an address, a ready text, no caps. */
export function sendFacts(overrides: Partial<SendFacts> = {}): SendFacts {
  return {
    paused: null,
    needsConsent: true,
    consents: [consentTo('email', 'marketing'), consentTo('sms', 'cart_reminder')],
    topics: shippedTopics,
    suppression: null,
    holds: [],
    reachable: { kind: 'ok' },
    holdout: false,
    content: { kind: 'ready' },
    places: [berlinPlace],
    quietHours: { ...quietHours, openingJitterMs: 0 },
    ledger: [],
    caps: [],
    ...overrides,
  };
}

/** The window of a cap, `ms` long wherever it begins. */
export function rolling(ms: number): CapWindow {
  return { type: 'rolling', ms };
}

let slots = 0;

/** Another message of the person: an accepted marketing email an hour ago, unless said otherwise. */
export function ledgerSlot(overrides: Partial<LedgerSlot> = {}): LedgerSlot {
  slots += 1;
  return {
    messageId: `message-${slots}`,
    channel: 'email',
    class: 'marketing',
    topic: 'cart_reminder',
    priority: 80,
    countsTowardCap: overrides.class !== 'service' && overrides.class !== 'transactional',
    state: 'accepted',
    slotAt: noon - hour,
    ...overrides,
  };
}
