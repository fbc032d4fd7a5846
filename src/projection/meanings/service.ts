import { serviceFacts } from '../../domain/events/service-facts.js';
import { readServiceEvent } from '../../domain/service/service-events.js';
import { day } from '../../domain/time/instant.js';
import { type MeaningKind, type MeaningOf, meant, none } from './kind.js';

/** Tickets, feedback and reviews. A browser's word about when the shop changed one counts for nothing. */
export const service: MeaningKind<MeaningOf<'service'>> = {
  read({ event, speaker }) {
    if (event.type !== 'track' || event.name === null) return none;
    // Who is not vouched for speaks for the browser alone.
    const isVouched = speaker.kind === 'server' || speaker.vouchesUser || event.anonymousId === null;
    const reading = readServiceEvent(event.name, event.properties, isVouched ? event : { ...event, userId: null });
    if (reading === null) return none;
    const isAhead = reading.updatedAt !== null && reading.updatedAt > event.receivedAt + day;
    const updatedAt = speaker.kind === 'server' && !isAhead ? reading.updatedAt : null;
    const notes = [...reading.lost, ...(isAhead ? ['updated_at'] : [])].map((field) => `unreadable:${field}`);
    return meant({ kind: 'service', told: reading.told, updatedAt }, notes);
  },
  refuses: () => false,
  facts: ({ told }, happening) => serviceFacts(happening, told),
};
