import { ownFacts } from '../../domain/events/derive-facts.js';
import { type MeaningKind, type MeaningOf, meant, none } from './kind.js';

export const own: MeaningKind<MeaningOf<'own'>> = {
  read: ({ event: { type, name } }, _needs, before) =>
    type === 'track' && name !== null && before.length === 0 ? meant({ kind: 'own', name }) : none,
  refuses: () => false,
  facts: ({ name }, happening) => ownFacts(happening, name),
};
