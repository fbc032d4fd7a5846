import { ulid } from 'ulid';
import type { IngestDeps } from '../../src/app/ingest/ingest-events.js';
import { LiveSegments } from '../../src/app/segments/live-segments.js';
import type { ShopEvent } from '../../src/domain/events/event.js';
import type { IncomingEvent } from '../../src/domain/events/incoming.js';
import { secretsOf } from '../../src/domain/keys/secrets.js';
import { ourselves } from '../../src/domain/keys/speaker.js';
import { type Clock, createClock } from '../../src/domain/time/clock.js';
import { hour, type Instant } from '../../src/domain/time/instant.js';
import type { Store } from '../../src/store/db.js';
import { silentLog } from './log.js';
import { shippedPolicies } from './policies.js';
import { shop } from './shop.js';

export const noon: Instant = Date.UTC(2026, 10, 24, 12);

/** A clock that stands at `at`. */
export function standingClock(at: Instant): Clock {
  return createClock({ rate: 1, realOrigin: 0, serviceOrigin: at, readReal: () => 0 });
}

const policies = shippedPolicies();

const none = (): void => {};

export function ingestDeps(store: Store, at: Instant = noon + hour): IngestDeps {
  return {
    store,
    clock: standingClock(at),
    newId: () => ulid().toLowerCase(),
    notifyRelay: () => {},
    policies: { current: () => policies },
    segments: new LiveSegments(),
    shop,
    secret: secretsOf('a-secret-for-tests'),
    log: silentLog,
    metrics: { verdict: none, attempt: none, turn: none, ingest: none, interaction: none, bounce: none, alarm: none },
  };
}

let count = 0;

/** A track event at noon by the user `ada`, received when it happened. */
export function shopEvent(event: Partial<ShopEvent>): IncomingEvent {
  const occurredAt = event.occurredAt ?? noon;
  const full: ShopEvent = {
    messageId: `m-${++count}`,
    type: 'track',
    name: null,
    userId: event.anonymousId === undefined ? 'ada' : null,
    anonymousId: null,
    previousId: null,
    properties: {},
    traits: {},
    occurredAt,
    receivedAt: occurredAt,
    origin: 'live',
    ...event,
  };
  const { type, name, properties, traits } = full;
  return { event: full, source: 'segment', payload: { type, event: name, properties, traits }, context: {}, notes: [], speaker: ourselves };
}

export function track(name: string, properties: Record<string, unknown> = {}, event: Partial<ShopEvent> = {}): IncomingEvent {
  return shopEvent({ ...event, type: 'track', name, properties });
}

export function identify(traits: Record<string, unknown>, event: Partial<ShopEvent> = {}): IncomingEvent {
  return shopEvent({ ...event, type: 'identify', traits });
}

export function alias(previousId: string, userId: string, event: Partial<ShopEvent> = {}): IncomingEvent {
  return shopEvent({ ...event, type: 'alias', previousId, userId });
}
