import { sql } from 'kysely';
import type { IssueFacts } from '../../domain/offers/decide-issue.js';
import type { Instant } from '../../domain/time/instant.js';
import type { KnownOffers } from '../../journey/steps/issue-incentive.js';
import type { KnowledgeSource } from '../source.js';
import { offerInMemory, promisesInMemory } from './memory.js';
import { type ReadPromise, standing } from './promises.js';
import { selectOffers, selectPromises } from './store.js';

interface OfferQuestion {
  readonly ids: readonly string[];
  readonly at: Instant;
}

/** The offers that a journey gives codes of, and what the person was promised before. */
export const offersKnown: KnowledgeSource<{ readonly id: string }, OfferQuestion, KnownOffers> = {
  question: (needs, at) => ({ ids: [...new Set(needs.map(({ id }) => id))], at }),
  fromStore: ({ ids, at }, about) =>
    sql`json_build_object('at', ${at}::bigint, 'promises', ${selectPromises(about, at)}, 'found', ${selectOffers(ids, at)})`,
  read(json) {
    const { at, promises, found } = json as StoredOffers;
    return {
      promises: (promises ?? []).map((one) => standing(one, at)),
      byId: Object.fromEntries(found.map(({ id, spent, ...offer }) => [id, { ...offer, spent: spent ?? {} }])),
    };
  },
  fromMemory: ({ ids, at }, look) => ({
    promises: promisesInMemory(look).map((one) => standing(one, at)),
    byId: Object.fromEntries(ids.map((id) => [id, offerInMemory(id, look)])),
  }),
};

interface StoredOffers {
  readonly at: Instant;
  readonly promises: readonly ReadPromise[] | null;
  readonly found: readonly (Omit<IssueFacts, 'promises' | 'spent'> & { readonly id: string; readonly spent: IssueFacts['spent'] | null })[];
}
