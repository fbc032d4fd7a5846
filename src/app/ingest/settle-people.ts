import { joinWithinMs } from '../../domain/carts/cart-book.js';
import { unsubscribeKeys } from '../../domain/consent/suppression.js';
import type { Secrets } from '../../domain/keys/secrets.js';
import type { Addressed } from '../../domain/messages/channel-kind.js';
import { type IdentityPlan, identitiesOf, type PlannedMerge, planIdentities } from '../../domain/people/identity.js';
import { type Instant, minute } from '../../domain/time/instant.js';
import type { ProfileId } from '../../domain/values/ids.js';
import { contactPoints } from '../../projection/contact-points.js';
import { identifying } from '../../projection/identifying.js';
import { commerceOf, consentsOf, ordersNamed, recordsNamed } from '../../projection/meanings/index.js';
import type { Understood } from '../../projection/read-event.js';
import { lockCarts } from '../../store/carts.js';
import type { Trx } from '../../store/db.js';
import { type IngestSnapshot, lockAndRead, readRefusals, readStoredEvents } from '../../store/ingest-snapshot.js';
import { StaleRead } from '../../store/write-together.js';
import type { AppDeps } from '../deps.js';
import { type MergeCause, mergeProfiles } from '../people/merge-profiles.js';
import { budgetsOf, weigh } from './key-budgets.js';
import { type Fresh, ownIdsToLookFor, withoutToldTwice } from './told-twice.js';
import { idsThatMayJoin, withoutCrowds } from './without-crowds.js';

type SettleDeps = Pick<AppDeps, 'store' | 'clock' | 'newId' | 'policies' | 'secret' | 'keyLimits' | 'log' | 'metrics' | 'shop'>;

/** Locks whom the events are about, drops the events that are stored already, and merges those who turn out to be one person. */
export async function settlePeople(deps: SettleDeps, trx: Trx, chunk: readonly Understood[]) {
  const named = {
    identities: chunk.flatMap(({ event }) => identitiesOf(event)),
    tokens: [...new Set(chunk.flatMap(tokensOf))],
    orders: ordersNamed(chunk),
    records: recordsNamed(chunk),
  };
  const cartsSince = chunk.reduce((first, { event }) => Math.min(first, event.occurredAt), Number.MAX_SAFE_INTEGER) - joinWithinMs;
  const { profiles: locked, known } = await lockAndRead(trx, {
    ...named,
    messageIds: chunk.map(({ event }) => event.messageId),
    cartsSince: chunk.some(speaksOfCart) ? cartsSince : null,
    mayJoin: { userIds: idsThatMayJoin(chunk), at: deps.clock.now() },
  });
  const profiles = new Map(locked.map((profile) => [profile.id, profile]));
  for (const { profileId } of known.identities)
    if (!profiles.has(profileId)) throw new StaleRead('An identity moved to another profile meanwhile.');

  const storedEvents = await withOwnIds(trx, deps.secret, chunk, known);
  const { fresh: unheard, crowded } = withoutCrowds(withoutToldTwice(deps.secret, chunk, { ...known, storedEvents }), known);
  const addressed = [...profiles.values()].filter(({ email, phone }) => email !== null || phone !== null).map(({ id }) => id);
  const planFor = (some: readonly Fresh[]): IdentityPlan =>
    planIdentities(
      some.map(({ reading }) => identifying(reading)),
      { ...known, settled: new Set([...known.browsed, ...addressed]) },
      () => deps.newId() as ProfileId,
    );
  const wished = planFor(unheard);
  const { over, spent } = weigh(unheard, wished, budgetsOf(deps));
  const fresh = over.size === 0 ? unheard : unheard.filter(({ came }) => !over.has(came));
  const plan = over.size === 0 ? wished : planFor(fresh);
  for (const merge of plan.merges) {
    const { from, into } = merge;
    const [leaving, staying] = [profiles.get(from), profiles.get(into)];
    if (leaving === undefined || staying === undefined)
      throw new Error(`Profile ${from} cannot be merged into ${into}: one of them is not locked.`);
    const { engagement } = deps.policies.current();
    profiles.set(
      into,
      await mergeProfiles(trx, leaving, staying, deps.clock.now(), engagement, causeOf(deps, merge, fresh), deps.shop.country),
    );
    profiles.delete(from);
  }
  // A merge moves carts, and lets two of one person be joined.
  const carts =
    plan.merges.length === 0
      ? known.carts
      : await lockCarts(trx, { tokens: named.tokens, profiles: [...profiles.keys()], activeSince: cartsSince });
  // What they own moves with their people too.
  const intoOf = new Map(plan.merges.map(({ from, into }) => [from, into]));
  const orders = known.orders.map((order) => ({ ...order, profileId: lastInto(intoOf, order.profileId) }));
  const records = known.records.map((record) => ({ ...record, profileId: lastInto(intoOf, record.profileId) }));
  return {
    fresh,
    plan,
    profiles,
    carts,
    orders,
    records,
    unsubscribed: await refusalsOf(trx, deps, locked, chunk),
    over,
    spent,
    suspects: suspectsOf(deps, chunk, crowded),
  };
}

/** Who a person is after all merges. */
function lastInto(intoOf: ReadonlyMap<ProfileId, ProfileId>, id: ProfileId): ProfileId {
  let last = id;
  for (let next = intoOf.get(last); next !== undefined; next = intoOf.get(last)) last = next;
  return last;
}

/** User ids to be listed: so often told that it is seen that they come, and no more often, so that no row is fought over. */
function suspectsOf(deps: SettleDeps, chunk: readonly Understood[], crowded: readonly string[]) {
  const at = deps.clock.now();
  const known = toldOf(deps.store);
  const placeholders = chunk.flatMap(({ incoming: { placeholderUserId } }) => (placeholderUserId === undefined ? [] : [placeholderUserId]));
  const found = [
    ...placeholders.map((value) => ({ value, why: 'placeholder' as const, seenAt: at })),
    ...crowded.map((value) => ({ value, why: 'crowded' as const, seenAt: at })),
  ];
  return found.filter(({ value }, index) => {
    const isNews =
      at - (known.get(value) ?? Number.NEGATIVE_INFINITY) > toldAgainMs && found.findIndex((one) => one.value === value) === index;
    if (known.size > 1000) known.clear();
    if (isNews) known.set(value, at);
    return isNews;
  });
}

const toldAgainMs = 10 * minute;
const toldByStore = new WeakMap<AppDeps['store'], Map<string, Instant>>();

function toldOf(store: AppDeps['store']): Map<string, Instant> {
  const known = toldByStore.get(store) ?? new Map<string, Instant>();
  toldByStore.set(store, known);
  return known;
}

/** Merges of known people are kept, so that they can be taken apart. Null: one of them was a visitor. */
function causeOf(deps: Pick<AppDeps, 'newId'>, { by, areKnown }: PlannedMerge, fresh: readonly Fresh[]): MergeCause | null {
  const reading = fresh[by]?.reading;
  return areKnown && reading !== undefined
    ? { id: deps.newId(), eventId: reading.event.messageId, keyId: reading.incoming.speaker.keyId }
    : null;
}

/** The stored events, with those under ids of their own. One statement more where an id is another's. */
async function withOwnIds(trx: Trx, secrets: Secrets, chunk: readonly Understood[], known: IngestSnapshot) {
  const own = ownIdsToLookFor(secrets, chunk, known);
  return own.length === 0 ? known.storedEvents : new Map([...known.storedEvents, ...(await readStoredEvents(trx, own))]);
}

/** Where all marketing is refused, of the addresses that a browser's consent may be about. One statement where a browser says yes. */
async function refusalsOf(trx: Trx, deps: SettleDeps, people: readonly Addressed[], chunk: readonly Understood[]) {
  const keys = chunk.some(isBrowsersYes) ? addressKeys(deps.secret, people, chunk, deps.shop.country) : [];
  return keys.length === 0 ? new Set<string>() : readRefusals(trx, keys);
}

function isBrowsersYes(reading: Understood): boolean {
  return reading.incoming.speaker.kind === 'browser' && consentsOf(reading).some(({ said }) => said.state === 'granted');
}

/** Under which keys the addresses of the people, and those that the events bring, may be unsubscribed. */
function addressKeys(secrets: Secrets, profiles: readonly Addressed[], chunk: readonly Understood[], country: string): readonly string[] {
  const said = chunk.flatMap(({ event }) =>
    event.type === 'identify' ? [{ ...contactPoints(event.traits, country), traits: event.traits }] : [],
  );
  return [
    ...new Set(
      [...profiles, ...said]
        .flatMap((addresses) => unsubscribeKeys(secrets, addresses))
        .flatMap(({ hash, others = [] }) => [hash, ...others]),
    ),
  ];
}

function speaksOfCart(reading: Understood): boolean {
  const commerce = commerceOf(reading);
  return commerce !== null && commerce.kind !== 'product-viewed';
}

function tokensOf(reading: Understood): readonly string[] {
  const commerce = commerceOf(reading);
  if (commerce === null || commerce.kind === 'product-viewed' || commerce.tokens.token === null) return [];
  return [commerce.tokens.token, ...commerce.tokens.aliases];
}
