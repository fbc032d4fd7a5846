import { type Field, noFields } from '../../domain/answers/field.js';
import type { Fact } from '../../domain/events/fact.js';
import type { Instant } from '../../domain/time/instant.js';
import type { ProfileId } from '../../domain/values/ids.js';
import { insertActs } from '../../store/audit.js';
import type { Trx } from '../../store/db.js';
import { peopleWithOldAnswers, peopleWithOldTrait, removeOldValues } from '../../store/old-values.js';
import { lockProfiles } from '../../store/profiles.js';
import type { AppDeps } from '../deps.js';
import { tellFacts } from '../ingest/tell-facts.js';
import { bySystem } from '../keys/audit-trail.js';

type Deps = Pick<AppDeps, 'store' | 'clock' | 'newId' | 'policies' | 'segments' | 'secret' | 'fields' | 'notifyRelay'>;

/** People in one transaction: more would hold their profiles for longer than a turn likes to wait. */
const peopleAtOnce = 100;

/**
 * Removes values that `fields.yaml` does not let be kept any longer, a hundred people in a transaction, with a record in the audit log that
 * says of whom and which field. Journeys and segments hear that the profile changed. How many people it were.
 */
export async function removeExpiredValues(deps: Deps): Promise<number> {
  let people = 0;
  for (const field of (deps.fields?.current() ?? noFields).values()) {
    if (field.keepMs === null) continue;
    const before = deps.clock.now() - field.keepMs;
    for (;;) {
      const removed = await deps.store.transaction((trx) => removeSome(deps, trx, field, before));
      people += removed;
      if (removed < peopleAtOnce) break;
    }
  }
  if (people > 0) deps.notifyRelay();
  return people;
}

async function removeSome(deps: Deps, trx: Trx, { name }: Field, before: Instant): Promise<number> {
  const found = [
    ...(await peopleWithOldAnswers(trx, name, before, peopleAtOnce)),
    ...(await peopleWithOldTrait(trx, name, before, peopleAtOnce)),
  ];
  const ids = [...new Set(found)].toSorted().slice(0, peopleAtOnce);
  if (ids.length === 0) return 0;
  const locked = (await lockProfiles(trx, ids)).map(({ id }) => id as ProfileId);
  await removeOldValues(trx, [...new Set([...locked, ...ids])], name, before);
  const at = deps.clock.now();
  const whom = locked.map((id) => ({ kind: 'profile' as const, id }));
  await insertActs(trx, [{ ...bySystem(at, 'field.remove-old', name), whom }]);
  const eventId = `field/${deps.newId()}`;
  const facts = locked.map((profileId): Fact => ({ name: 'profile.updated', profileId, at, eventId, properties: { changed: [name] } }));
  await tellFacts(trx, deps, {
    facts: facts.map((fact) => ({ fact, trigger: false })),
    people: locked.map((id) => ({ id, lastInstant: at })),
  });
  return ids.length;
}
