import { lockDueExposures, takeReviews, writeOutcomes } from '../../store/outcomes.js';
import type { AppDeps } from '../deps.js';

/** People, and new exposures, of one transaction. */
const atOnce = 1_000;

/**
 * Works out what people in experiments did, where something changed, until nothing is due. Any process may do it, and be killed at any
 * time. Answers how many exposures were looked at.
 */
export async function settleOutcomes({ store, shop }: Pick<AppDeps, 'store' | 'shop'>): Promise<number> {
  for (let settled = 0; ; ) {
    const { people, exposures } = await store.transaction(async (trx) => {
      const ids = await takeReviews(trx, atOnce);
      const seqs = await lockDueExposures(trx, ids, atOnce);
      if (seqs.length > 0) await writeOutcomes(trx, seqs, shop.currency);
      return { people: ids.length, exposures: seqs.length };
    });
    settled += exposures;
    if (people === 0 && exposures === 0) return settled;
  }
}
