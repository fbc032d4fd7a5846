import { joinWithinMs } from '../../domain/cart-book.js';
import { identitiesOf, planIdentities } from '../../domain/identity.js';
import type { ProfileId } from '../../domain/ids.js';
import { lockCarts } from '../../store/carts.js';
import type { Trx } from '../../store/db.js';
import { lockNamed, readIngestSnapshot } from '../../store/ingest-snapshot.js';
import { StaleRead } from '../../store/write-together.js';
import type { AppDeps } from '../deps.js';
import { mergeProfiles } from '../merge-profiles.js';
import type { Understood } from '../../projection/read-event.js';

/** Locks whom the events are about, drops the events that are stored already, and merges those who turn out to be one person. */
export async function settlePeople(deps: Pick<AppDeps, 'clock' | 'newId' | 'policies'>, trx: Trx, chunk: readonly Understood[]) {
  const named = { identities: chunk.flatMap(({ event }) => identitiesOf(event)), tokens: [...new Set(chunk.flatMap(tokensOf))] };
  const profiles = new Map((await lockNamed(trx, named)).map((profile) => [profile.id, profile]));
  const cartsSince = chunk.reduce((first, { event }) => Math.min(first, event.occurredAt), Number.MAX_SAFE_INTEGER) - joinWithinMs;
  const known = await readIngestSnapshot(trx, {
    ...named,
    profiles: [...profiles.keys()],
    messageIds: chunk.map(({ event }) => event.messageId),
    cartsSince: chunk.some(speaksOfCart) ? cartsSince : null,
  });
  for (const { profileId } of known.identities)
    if (!profiles.has(profileId)) throw new StaleRead('An identity moved to another profile meanwhile.');

  const fresh = withoutDuplicates(chunk, known.storedEvents);
  const plan = planIdentities(
    fresh.map(({ event }) => event),
    known,
    () => deps.newId() as ProfileId,
  );
  for (const { from, into } of plan.merges) {
    const [leaving, staying] = [profiles.get(from), profiles.get(into)];
    if (leaving === undefined || staying === undefined)
      throw new Error(`Profile ${from} cannot be merged into ${into}: one of them is not locked.`);
    profiles.set(into, await mergeProfiles(trx, leaving, staying, deps.clock.now(), deps.policies.current().engagement));
    profiles.delete(from);
  }
  // A merge moves carts, and lets two of one person be joined.
  const carts =
    plan.merges.length === 0
      ? known.carts
      : await lockCarts(trx, { tokens: named.tokens, profiles: [...profiles.keys()], activeSince: cartsSince });
  return { fresh, plan, profiles, carts };
}

function withoutDuplicates(chunk: readonly Understood[], stored: ReadonlySet<string>): readonly Understood[] {
  const seen = new Set(stored);
  return chunk.filter(({ event }) => {
    if (seen.has(event.messageId)) return false;
    seen.add(event.messageId);
    return true;
  });
}

function speaksOfCart({ commerce }: Understood): boolean {
  return commerce !== null && commerce.kind !== 'product-viewed';
}

function tokensOf({ commerce }: Understood): readonly string[] {
  if (commerce === null || commerce.kind === 'product-viewed' || commerce.tokens.token === null) return [];
  return [commerce.tokens.token, ...commerce.tokens.aliases];
}
