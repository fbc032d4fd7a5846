import { serviceFacts } from '../../domain/events/service-facts.js';
import { readServiceEvent } from '../../domain/service/service-events.js';
import { type MeaningKind, type MeaningOf, meant, none } from './kind.js';
import { shopVersion } from './shop-version.js';

/** Tickets, feedback and reviews. */
export const service: MeaningKind<MeaningOf<'service'>> = {
  read(incoming) {
    const { event, speaker } = incoming;
    if (event.type !== 'track' || event.name === null) return none;
    // Who is not vouched for speaks for the browser alone.
    const isVouched = speaker.kind === 'server' || speaker.vouchesUser || event.anonymousId === null;
    const reading = readServiceEvent(event.name, event.properties, isVouched ? event : { ...event, userId: null });
    if (reading === null) return none;
    const { updatedAt, lost } = shopVersion(reading.updatedAt, incoming);
    const notes = [...reading.lost, ...lost].map((field) => `unreadable:${field}`);
    return meant({ kind: 'service', told: reading.told, updatedAt }, notes);
  },
  refuses: () => false,
  facts: ({ told }, happening) => serviceFacts(happening, told),
};
