import type { Offer } from '../../domain/offers/offer.js';
import type { DefinitionKind } from '../kind.js';

export const offers: DefinitionKind<Offer> = {
  kind: 'offer',
  many: 'offers',
  help: 'offers: what is promised by a code, to whom it was given, and what came of it',
  form: async () => (await import('./form.js')).offerForm,
};
