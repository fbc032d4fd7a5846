import type { RejectedEvent } from '../../domain/events/incoming.js';
import { ourselves } from '../../domain/keys/speaker.js';
import type { Instant } from '../../domain/time/instant.js';
import { keptCharacters } from '../../domain/values/kept-payload.js';
import { readOne } from '../../sources/kit/read-one.js';
import type { Named, SignedReading, Source } from '../../sources/source.js';
import { findExactly } from '../../store/profile-search.js';
import { tellProducts } from '../catalogue/tell-products.js';
import type { AppDeps } from '../deps.js';
import { eraseProfile } from '../people/erase-profile.js';
import { type IngestDeps, ingestEvents } from './ingest-events.js';

/** People of one address, at most. */
const mostPeople = 100;

/**
 * Takes what a signed delivery tells: events of people, products, people to erase. What cannot be read is kept as a dead letter. Committed
 * when it returns. The signature vouches as a server key does.
 */
export async function takeDelivery(deps: IngestDeps & AppDeps, source: Source, reading: SignedReading, text: string): Promise<void> {
  const receivedAt = deps.clock.now();
  if (reading.kind === 'unreadable') {
    const { reason, detail, keeps } = reading;
    const payload = keeps ?? text.slice(0, keptCharacters);
    await ingestEvents(deps, [], [{ source: source.id, reason, detail, payload, receivedAt, origin: 'live', speaker: null }]);
    return;
  }
  const readings = reading.events.map(({ raw, origin }, position) =>
    readOne(source, raw, { ...delivery(deps, receivedAt), origin }, {}, position),
  );
  const events = readings.flatMap((one) => (one.kind === 'event' ? [one.incoming] : []));
  const refused = readings.flatMap((one): readonly RejectedEvent[] => (one.kind === 'rejected' ? [one.rejected] : []));
  if (readings.length > 0) await ingestEvents(deps, events, refused);
  if (reading.products.length > 0) await tellProducts(deps, reading.products);
  for (const who of reading.erase) await eraseEverybody(deps, who);
}

function delivery({ clock, placeholderIds }: AppDeps, receivedAt: Instant) {
  return { receivedAt, rate: clock.rate, placeholderIds, speakerOf: () => ({ speaker: ourselves, note: null }) };
}

async function eraseEverybody(deps: AppDeps, { userIds, email, phone }: Named): Promise<void> {
  const sought = [
    ...userIds.map((text) => ({ text, email: null, phone: null })),
    ...(email === null ? [] : [{ text: '', email: email.toLowerCase(), phone: null }]),
    ...(phone === null ? [] : [{ text: '', email: null, phone }]),
  ];
  const found = new Set<string>();
  for (const by of sought) for (const { profileId } of await findExactly(deps.store.db, by, mostPeople)) found.add(profileId);
  for (const id of found) await eraseProfile(deps, id);
}
