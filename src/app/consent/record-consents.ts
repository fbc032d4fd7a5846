import { isRefusal } from '../../domain/consent/consent.js';
import { refuseConsent } from '../../domain/consent/consent-refusal.js';
import { admitConsent, type ConsentSaid } from '../../domain/consent/double-opt-in.js';
import type { Fact } from '../../domain/events/fact.js';
import type { Instant } from '../../domain/time/instant.js';
import type { ProfileId } from '../../domain/values/ids.js';
import { writeConsents } from '../../store/consents.js';
import type { Trx } from '../../store/db.js';
import type { AppDeps } from '../deps.js';
import { tellFacts } from '../ingest/tell-facts.js';
import { withPerson } from '../people/with-person.js';

type Deps = Pick<AppDeps, 'store' | 'clock' | 'newId' | 'notifyRelay' | 'policies' | 'shop' | 'segments'>;

/** An act of consent as a form, a page or an agent gives it. */
export interface ConsentGiven extends ConsentSaid {
  readonly at: Instant;
}

export type RecordConsentsResult =
  | { readonly kind: 'recorded' | 'unknown-profile' }
  | { readonly kind: 'refused'; readonly code: string; readonly reason: string };

/**
 * Records acts of one person from the API; a yes may have to wait for its confirmation, an import without evidence does not count. All of
 * them or none. Returns after journeys have got the facts.
 */
export async function recordConsents(deps: Deps, profileId: string, given: readonly ConsentGiven[]): Promise<RecordConsentsResult> {
  const { topics } = deps.policies.current();
  for (const act of given) {
    const refusal = refuseConsent(act, topics);
    if (refusal !== null) return { kind: 'refused', code: refusal.code, reason: refusal.sentence };
  }
  const recorded = await withPerson(deps, profileId, async (trx, profile) => {
    const admitted = given.map((act) => admitConsent(act, topics, 'live', { person: profile, shop: deps.shop }));
    const how = { eventId: `consent/${deps.newId()}`, now: deps.clock.now() };
    await writeConsentActs(deps, trx, [{ profileId: profile.id as ProfileId, given: admitted }], how);
  });
  return { kind: recorded ? 'recorded' : 'unknown-profile' };
}

/**
 * Writes acts of locked profiles with their facts, and tells journeys. For use inside a transaction that decided on them, at the instant
 * `now`.
 */
export async function writeConsentActs(
  deps: Pick<AppDeps, 'clock' | 'newId' | 'policies' | 'segments'>,
  trx: Trx,
  acts: readonly { readonly profileId: ProfileId; readonly given: readonly ConsentGiven[] }[],
  { eventId, now }: { readonly eventId: string; readonly now: Instant },
): Promise<void> {
  const flat = acts.flatMap(({ profileId, given }) => given.map((act) => ({ profileId, ...act })));
  if (flat.length === 0) return;
  // What is pending, or was given up, has not happened.
  const decided = flat.filter(({ state }) => state === 'granted' || isRefusal(state));
  const facts = decided.map(
    (act): Fact => ({
      name: act.state === 'granted' ? 'consent.granted' : 'consent.revoked',
      profileId: act.profileId,
      at: act.at,
      eventId,
      properties: { channel: act.channel, topic: act.topic },
    }),
  );
  await tellFacts(trx, deps, {
    facts: facts.map((fact) => ({ fact, trigger: true })),
    people: flat.map(({ profileId, at }) => ({ id: profileId, lastInstant: at })),
    writes: () => ({ consents: writeConsents(flat.map((act) => ({ ...act, recordedAt: now, eventId: null }))) }),
  });
}
