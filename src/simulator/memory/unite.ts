import { aboutInstead, aCart, sharedKinds, subjectId } from '../../domain/events/subject.js';
import type { Instant } from '../../domain/time/instant.js';
import type { CartId, EntryId, ProfileId } from '../../domain/values/ids.js';
import { type EntryPlace, placeOfPerson, placeOfSubject, planUnion, type UnitingEntry, unionTexts } from '../../matching/unite.js';
import { factInput } from '../../matching/waits.js';
import { mergedProfile } from '../../projection/merge-people.js';
import type { IngestNeeds } from './needs.js';
import { releasePromised } from './release-promised.js';
import type { Tables } from './tables.js';

interface Union<Id> {
  readonly from: Id;
  readonly into: Id;
  readonly at: Instant;
}

/** Two people are one: what was the one's is the other's. */
export function mergePeople(tables: Tables, { policies, shop }: IngestNeeds, { from, into, at }: Union<ProfileId>): void {
  const [leaving, staying] = [tables.profiles.get(from), tables.profiles.get(into)];
  if (leaving === undefined || staying === undefined) throw new Error(`One of ${from} and ${into} is not there.`);
  const heard = shareFacts(tables, [from, into]);
  uniteEntries(tables, uniting(tables, [from, into]), placeOfPerson(into), { at, heard });
  tables.profiles.set(into, mergedProfile(leaving, staying, at, policies.current().engagement, shop.country));
  tables.profiles.delete(from);
  const moved = <Row extends { readonly profileId: ProfileId }>(row: Row): Row => ({ ...row, profileId: into });
  tables.identities.change(tables.identities.idsWhere('profile', from), moved);
  tables.carts.change(tables.carts.idsWhere('profile', from), moved);
  tables.orders.change(tables.orders.idsWhere('profile', from), moved);
  tables.serviceRecords.change(tables.serviceRecords.idsWhere('profile', from), moved);
  tables.entries.change(tables.entries.idsWhere('profile', from), moved);
  tables.messages.change(tables.messages.idsWhere('profile', from), moved);
  tables.facts.change(tables.facts.idsWhere('profile', from), moved);
  tables.consents.change(tables.consents.idsWhere('profile', from), moved);
  tables.kept.change(tables.kept.idsWhere('profile', from), moved);
  tables.segments.move(from, into);
  tables.mergedInto.set(from, into);
}

/** The other's entry gets what happened to the one since that entry began. */
function shareFacts(tables: Tables, profiles: readonly ProfileId[]): ReadonlySet<EntryId> {
  const heard = new Set<EntryId>();
  for (const entry of profiles.flatMap((id) => tables.entries.where('profile', id))) {
    if (entry.state !== 'open') continue;
    const names = new Set(
      tables.waits
        .where('entry', entry.id)
        .filter(({ by }) => by === 'profile')
        .map(({ event }) => event),
    );
    const others = profiles.filter((id) => id !== entry.profileId).flatMap((id) => tables.facts.where('profile', id));
    for (const fact of others.filter(({ name, at }) => names.has(name) && at >= entry.createdAt)) {
      tables.giveInput(entry.id, factInput(fact, { profileMatch: true, shared: sharedKinds(fact.about ?? [], entry.about) }));
      heard.add(entry.id);
    }
  }
  return heard;
}

/** Two carts are one. */
export function joinCarts(tables: Tables, { from, into, at }: Union<CartId>): void {
  const concerned = uniting(tables, [from, into]);
  uniteEntries(tables, concerned, placeOfSubject(aCart(from), aCart(into)), { at, heard: new Set() });
  tables.facts.change(tables.facts.idsWhere('cart', from), ({ about = [], ...fact }) => ({
    ...fact,
    about: aboutInstead(about, aCart(from), aCart(into)),
  }));
  tables.orders.change(tables.orders.idsWhere('cart', from), (order) => ({ ...order, cartId: into }));
  tables.carts.delete(from);
}

/** Live entries of two people or of two carts, in the order in which they were made. */
function uniting(tables: Tables, of: readonly (ProfileId | CartId)[]): readonly UnitingEntry[] {
  const ids = new Set(of.flatMap((one) => tables.entries.idsWhere('live', one)));
  const entries = [...ids].map((id) => tables.entry(id)).sort((a, b) => (a.id < b.id ? -1 : 1));
  return entries.flatMap((entry) => (entry.state === 'finished' ? [] : [{ ...entry, state: entry.state }]));
}

function uniteEntries(
  tables: Tables,
  entries: readonly UnitingEntry[],
  placeOf: (entry: UnitingEntry) => EntryPlace,
  { at, heard }: { readonly at: Instant; readonly heard: ReadonlySet<EntryId> },
): void {
  const { superseded, surviving } = planUnion(entries, placeOf, heard);
  for (const { id, survivor } of superseded) {
    tables.changeEntry(id, { ...ended, finishedAt: at, isPoked: true });
    releasePromised(tables, id, at);
    tables.waits.change(tables.waits.idsWhere('entry', id), () => null);
    tables.inputs.change(tables.inputs.idsWhere('entry', id), (input) => ({ ...input, entryId: survivor }));
    const step = (entryId: EntryId) => tables.entry(entryId).data.step;
    tables.tell(id, [{ at, step: step(id), kind: 'merged', text: unionTexts.ended(survivor) }]);
    tables.tell(survivor, [{ at, step: step(survivor), kind: 'merged', text: unionTexts.goesOn(id) }]);
  }
  for (const { id, poke, ...place } of surviving) {
    tables.changeEntry(id, { ...place, ...(poke ? { isPoked: true } : {}) });
    tables.waits.change(tables.waits.idsWhere('entry', id), (wait) => ({
      ...wait,
      value: wait.by === 'profile' ? place.profileId : (subjectId(place.about, wait.by) ?? wait.value),
    }));
  }
}

const ended = {
  state: 'finished',
  activity: 'done',
  outcome: 'superseded',
  outcomeReason: 'merged',
  dueAt: null,
  instruction: { kind: 'finished', outcome: 'superseded' },
} as const;
