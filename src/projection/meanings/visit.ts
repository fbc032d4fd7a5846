import { visitFacts } from '../../domain/events/derive-facts.js';
import { type MeaningKind, type MeaningOf, meant, none } from './kind.js';

export const visit: MeaningKind<MeaningOf<'visit'>> = {
  read: ({ event }) => (event.type === 'page' || event.type === 'screen' ? meant({ kind: 'visit' }) : none),
  refuses: () => false,
  facts: (_meaning, happening) => visitFacts(happening),
};
