import { joinWithinMs } from '../../domain/cart-book.js';
import { type IdentityPlan, identitiesOf, type PlannedMerge, planIdentities } from '../../domain/identity.js';
import type { ProfileId } from '../../domain/ids.js';
import type { Secrets } from '../../domain/secrets.js';
import { unsubscribeKeys } from '../../domain/suppression.js';
import { lockCarts } from '../../store/carts.js';
import type { Trx } from '../../store/db.js';
import { lockNamed, readIngestSnapshot } from '../../store/ingest-snapshot.js';
import { StaleRead } from '../../store/write-together.js';
import { contactPoints } from '../../projection/contact-points.js';
import { identifying } from '../../projection/identifying.js';
import type { AppDeps } from '../deps.js';
import { type MergeCause, mergeProfiles } from '../merge-profiles.js';
import type { Understood } from '../../projection/read-event.js';
import { budgetsOf, weigh } from './key-budgets.js';
import { type Fresh, idsToLookFor, withoutToldTwice } from './told-twice.js';

type SettleDeps = Pick<AppDeps, 'store' | 'clock' | 'newId' | 'policies' | 'secret' | 'keyLimits' | 'log' | 'metrics' | 'shop'>;

/** Locks whom the events are about, drops the events that are stored already, and merges those who turn out to be one person. */
export async function settlePeople(deps: SettleDeps, trx: Trx, chunk: readonly Understood[]) {
  const named = { identities: chunk.flatMap(({ event }) => identitiesOf(event)), tokens: [...new Set(chunk.flatMap(tokensOf))] };
  const profiles = new Map((await lockNamed(trx, named)).map((profile) => [profile.id, profile]));
  const cartsSince = chunk.reduce((first, { event }) => Math.min(first, event.occurredAt), Number.MAX_SAFE_INTEGER) - joinWithinMs;
  const known = await readIngestSnapshot(trx, {
    ...named,
    profiles: [...profiles.keys()],
    messageIds: idsToLookFor(deps.secret, chunk),
    cartsSince: chunk.some(speaksOfCart) ? cartsSince : null,
    refusals: chunk.some(isBrowsersYes) ? addressKeys(deps.secret, [...profiles.values()], chunk, deps.shop.country) : [],
  });
  for (const { profileId } of known.identities)
    if (!profiles.has(profileId)) throw new StaleRead('An identity moved to another profile meanwhile.');

  const unheard = withoutToldTwice(deps.secret, chunk, known);
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
  return { fresh, plan, profiles, carts, unsubscribed: known.unsubscribed, over, spent };
}

/** Merges of known people are kept, so that they can be taken apart. Null: one of them was a visitor. */
function causeOf(deps: Pick<AppDeps, 'newId'>, { by, areKnown }: PlannedMerge, fresh: readonly Fresh[]): MergeCause | null {
  const reading = fresh[by]?.reading;
  return areKnown && reading !== undefined
    ? { id: deps.newId(), eventId: reading.event.messageId, keyId: reading.incoming.speaker.keyId }
    : null;
}

function isBrowsersYes({ incoming, consents }: Understood): boolean {
  return incoming.speaker.kind === 'browser' && consents.some(({ said }) => said.state === 'granted');
}

/** Under which keys the addresses of the people, and those that the events bring, may be unsubscribed. */
function addressKeys(
  secrets: Secrets,
  profiles: readonly { readonly email: string | null; readonly phone: string | null }[],
  chunk: readonly Understood[],
  country: string,
): readonly string[] {
  const said = chunk.flatMap(({ event }) => (event.type === 'identify' ? [contactPoints(event.traits, country)] : []));
  return [
    ...new Set(
      [...profiles, ...said]
        .flatMap((addresses) => unsubscribeKeys(secrets, addresses))
        .flatMap(({ hash, others = [] }) => [hash, ...others]),
    ),
  ];
}

function speaksOfCart({ commerce }: Understood): boolean {
  return commerce !== null && commerce.kind !== 'product-viewed';
}

function tokensOf({ commerce }: Understood): readonly string[] {
  if (commerce === null || commerce.kind === 'product-viewed' || commerce.tokens.token === null) return [];
  return [commerce.tokens.token, ...commerce.tokens.aliases];
}
