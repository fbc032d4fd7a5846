import { readCommerceEvent } from '../../domain/carts/commerce-events.js';
import { commerceFacts } from '../../domain/events/derive-facts.js';
import { asClaimed } from '../../domain/keys/claimed-content.js';
import { type MeaningKind, type MeaningOf, meant, none } from './kind.js';

/** What can be read is taken, and what cannot is noted by field, such as `unreadable:total`. */
export const commerce: MeaningKind<MeaningOf<'commerce'>> = {
  read({ event, speaker }, { shop }) {
    if (event.type !== 'track' || event.name === null) return none;
    const reading = readCommerceEvent(event.name, event.properties);
    if (reading.kind === 'other') return none;
    const told = speaker.kind === 'server' ? reading.event : asClaimed(reading.event, shop.hosts);
    const notes = reading.lost.slice(0, mostNotes).map((field) => `unreadable:${field}`);
    return meant({ kind: 'commerce', event: told }, notes);
  },
  refuses: ({ event }) => event.kind === 'order',
  facts: ({ event }, happening) => commerceFacts(happening, event),
};

/** Of a long list the first ones tell enough. */
const mostNotes = 20;
