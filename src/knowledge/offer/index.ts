import { sql } from 'kysely';
import type { Benefit } from '../../domain/offers/offer.js';
import type { KnownPromise } from '../../domain/offers/promise.js';
import type { Instant } from '../../domain/time/instant.js';
import { promisesInMemory } from '../offers/memory.js';
import { type ReadPromise, standing } from '../offers/promises.js';
import { selectPromises } from '../offers/store.js';
import type { KnowledgeSource } from '../source.js';

interface OfferNeed {}

declare module '../../journey/knowledge.js' {
  interface Questions {
    readonly offer: OfferNeed;
  }
  interface Answers {
    readonly offer: KnownPromise | null;
  }
}

const example = {
  code: 'WREN-T7KQ4M6XPC',
  expires: Date.UTC(2026, 11, 5),
  id: 'ten-percent',
  kind: 'percent',
  percent: 10,
  at_most: 20,
  amount: 5,
  gift: 'Ivory knitted mug cosy',
  currency: 'GBP',
  minimum: 30,
};

/**
 * What messages show of the code that their entry has: `offer.code`, `offer.expires`. Null where there is none that can still be used: a
 * template that names it does not send then.
 */
export const offerKnown: KnowledgeSource<OfferNeed, Instant, KnownPromise | null> = {
  question: (_needs, at) => at,
  fromStore: (at, about) => sql`json_build_object('at', ${at}::bigint, 'promises', ${selectPromises(about, at)})`,
  read(json) {
    const { at, promises } = json as { readonly at: Instant; readonly promises: readonly ReadPromise[] | null };
    return ofEntry(promises ?? [], at);
  },
  fromMemory: (at, look) => ofEntry(promisesInMemory(look), at),
  template: { need: {}, example, show: (promise) => (promise === null ? null : shown(promise)), without: 'there is no code to show' },
};

/** The newest that holds still. */
function ofEntry(promises: readonly ReadPromise[], at: Instant): KnownPromise | null {
  return promises.map((one) => standing(one, at)).find(({ isOfEntry, state }) => isOfEntry && state === 'open') ?? null;
}

function shown({ code, expiresAt, offer, terms }: KnownPromise): Readonly<Record<keyof typeof example, unknown>> {
  const { benefit, currency, minimum } = terms;
  // The last moment at which it holds: midnight itself would be shown as the day after.
  return { code, expires: expiresAt - 1, id: offer, currency, minimum, ...benefitShown(benefit) };
}

const nothing = { percent: null, at_most: null, amount: null, gift: null };

function benefitShown(benefit: Benefit) {
  const { kind } = benefit;
  switch (kind) {
    case 'percent':
      return { kind, ...nothing, percent: benefit.percent, at_most: benefit.atMost };
    case 'amount':
      return { kind, ...nothing, amount: benefit.amount };
    case 'gift':
      return { kind, ...nothing, gift: benefit.name ?? benefit.product };
    case 'free_shipping':
      return { kind, ...nothing };
  }
}
