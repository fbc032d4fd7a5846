import { spellingsOf, suppressionKeys } from '../../domain/consent/suppression.js';
import { type EngagementFacts, engagementFacts } from '../../domain/engagement/facts.js';
import { widestCapMs } from '../../domain/gate/caps-for.js';
import type { LedgerRow } from '../../domain/gate/ledger.js';
import type { Hold } from '../../domain/holds/hold.js';
import { calendarZone, type Place, placesByTraits, statedZone } from '../../domain/places/zone-evidence.js';
import type { Instant } from '../../domain/time/instant.js';
import type { Db, Trx } from '../../store/db.js';
import { readEngagementHistory, readEngagementRow } from '../../store/engagement.js';
import { readHolds } from '../../store/holds.js';
import { readLedger } from '../../store/ledger-read.js';
import { findCanonicalProfile, readConsents } from '../../store/profiles-read.js';
import type { AppDeps } from '../deps.js';

/** What the caps of a person are worked out from, as it is at `at`; read without locks, to be shown. */
export interface Person {
  readonly profileId: string;
  readonly traits: Readonly<Record<string, unknown>>;
  readonly email: string | null;
  readonly phone: string | null;
  readonly at: Instant;
  readonly engagement: EngagementFacts;
  /** As far back as the widest cap looks. */
  readonly ledger: readonly LedgerRow[];
  /** Why marketing to them waits. */
  readonly holds: readonly Hold[];
  readonly places: readonly Place[];
  /** Where their days begin. */
  readonly timeZone: string;
}

/** By a profile's id, also one that was merged away. Null: no such profile. */
export async function readPerson(
  deps: Pick<AppDeps, 'store' | 'clock' | 'policies' | 'shop' | 'secret'>,
  profileId: string,
  db: Db | Trx = deps.store.db,
): Promise<Person | null> {
  const id = await findCanonicalProfile(db, profileId);
  const row = id === null ? null : await readEngagementRow(db, id);
  if (id === null || row === null) return null;
  const policies = deps.policies.current();
  const at = Math.max(deps.clock.now(), row.lastInstant);
  const { engagedAt } = row.engagement;
  const history = await readEngagementHistory(db, { profileId: id, engagedAt, at });
  const told = { consents: await readConsents(db, id), ...history };
  const places = placesByTraits(row, deps.shop, at);
  const addressHashes = suppressionKeys(deps.secret, row).flatMap(spellingsOf);
  return {
    profileId: id,
    traits: row.traits,
    email: row.email,
    phone: row.phone,
    at,
    engagement: engagementFacts(row, told, { tracking: policies.engagement.tracking, shop: deps.shop }),
    ledger: await readLedger(db, { profileId: id, addressHashes }, at - widestCapMs(policies.caps)),
    holds: await readHolds(db, id, at),
    places,
    timeZone: calendarZone(places, deps.shop.timeZone, statedZone(row.traits, at)),
  };
}

/** The zone of sentences about a person, as in the stories of their entries: theirs if only one is possible, otherwise the shop's. */
export async function personTimeZone(
  { store, shop, clock }: Pick<AppDeps, 'store' | 'shop' | 'clock'>,
  profileId: string,
): Promise<string> {
  const id = await findCanonicalProfile(store.db, profileId);
  const row = id === null ? null : await readEngagementRow(store.db, id);
  return row === null ? shop.timeZone : zoneOf(row, shop, clock.now());
}

function zoneOf(person: Parameters<typeof placesByTraits>[0], shop: AppDeps['shop'], at: Instant): string {
  return calendarZone(placesByTraits(person, shop, at), shop.timeZone, statedZone(person.traits, at));
}
