import { type MeaningKind, type MeaningOf, none } from './kind.js';

/** Said by Sojourn alone: no event from outside asks for an entry. */
export const call: MeaningKind<MeaningOf<'call'>> = {
  read: () => none,
  refuses: () => false,
  facts: ({ journey, about, properties }, { event, profileId }) => [
    {
      name: 'journey.called',
      profileId,
      about,
      at: event.occurredAt,
      eventId: event.messageId,
      properties: { ...properties, journey },
    },
  ],
};
