import { traitFacts } from '../../domain/events/derive-facts.js';
import { type MeaningKind, type MeaningOf, meant, none } from './kind.js';

/** Objections among the traits count whatever the call is called: `identifying` reads them. */
export const traits: MeaningKind<MeaningOf<'traits'>> = {
  read: ({ event }) => (event.type === 'identify' ? meant({ kind: 'traits' }) : none),
  refuses: () => false,
  facts: (_meaning, happening) => traitFacts(happening),
};
