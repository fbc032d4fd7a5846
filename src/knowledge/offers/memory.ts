import { codeKey } from '../../domain/offers/code.js';
import type { IssueFacts } from '../../domain/offers/decide-issue.js';
import type { Spent } from '../../domain/offers/limits.js';
import type { KnownPromise } from '../../domain/offers/promise.js';
import { type OrderView, viewOrder } from '../../domain/orders/order-view.js';
import type { EntryId, ProfileId } from '../../domain/values/ids.js';
import type { Tables } from '../../simulator/memory/tables.js';
import type { MemoryLook } from '../source.js';
import type { ReadPromise } from './promises.js';

/** A promise as the world in memory keeps it (`tables.kept`). */
export interface KeptPromise extends Omit<KnownPromise, 'state' | 'isOfEntry'> {
  readonly entryId: EntryId;
  readonly orderId: string | null;
  readonly voidByCancellation: boolean;
  readonly voidByFullPrice: boolean;
  readonly periods: readonly string[];
  /** In thousandths of the currency's unit. */
  readonly cost: number;
}

/** A promise of elsewhere that an entry shows again. */
interface ShownPromise {
  readonly promise: number;
  readonly entryId: EntryId;
}

interface Owned {
  readonly profileId: ProfileId;
  readonly kept: KeptPromise;
}

/** The person's promises, the newest first. */
export function promisesInMemory({ tables, profileId, entryId }: MemoryLook): readonly ReadPromise[] {
  const shownHere = tables.keptOf<ShownPromise>('promises_shown', profileId).filter((one) => one.entryId === entryId);
  const shown = new Set(shownHere.map(({ promise }) => promise));
  return tables
    .keptOf<KeptPromise>('promises', profileId)
    .map((kept) => {
      const { id, offer, code, terms, issuedAt, expiresAt, isMarketing, entryId: of } = kept;
      const isOfEntry = entryId !== null && (of === entryId || shown.has(id));
      return { id, offer, code, terms, issuedAt, expiresAt, isMarketing, isOfEntry, ...fateOf({ profileId, kept }, tables) };
    })
    .toSorted((a, b) => b.id - a.id);
}

/** As `redeemingOrder` and `takenBack` of the store say it. */
function fateOf({ profileId, kept }: Owned, tables: Tables): Pick<ReadPromise, 'isRedeemed' | 'isVoid'> {
  const key = codeKey(kept.code);
  const orders = [...tables.orders.values()].map((order) => ({ order, view: viewOrder(order.fold) }));
  const uses = ({ codes }: OrderView): boolean => codes.some((code) => code.toLowerCase() === key);
  const about = kept.orderId === null ? undefined : tables.orders.get(kept.orderId);
  const isCancelled = about !== undefined && ['cancelled', 'refunded'].includes(viewOrder(about.fold).status);
  const endedAt = tables.entries.get(kept.entryId)?.finishedAt ?? null;
  const isOrderedWithout = orders.some(({ order, view }) => {
    const at = view.orderedAt ?? order.updatedAt;
    return order.profileId === profileId && stands(view) && !uses(view) && endedAt !== null && at > kept.issuedAt && at <= endedAt;
  });
  return {
    isRedeemed: orders.some(({ view }) => stands(view) && uses(view)),
    isVoid: (kept.voidByCancellation && isCancelled) || (kept.voidByFullPrice && isOrderedWithout),
  };
}

function stands({ status, isTest }: OrderView): boolean {
  return (status === 'created' || status === 'paid') && !isTest;
}

/** Imported codes are never short in a story, unless it says so. */
export function offerInMemory(id: string, { tables }: MemoryLook): Omit<IssueFacts, 'promises'> {
  const spent = new Map<string, Spent>();
  for (const { table, values } of tables.kept.values()) {
    if (table !== 'promises' || values['offer'] !== id) continue;
    const { periods, cost } = values as unknown as KeptPromise;
    for (const period of periods) {
      const before = spent.get(period) ?? { codes: 0, cost: 0 };
      spent.set(period, { codes: before.codes + 1, cost: before.cost + cost });
    }
  }
  return { live: tables.offers.get(id) ?? null, spent: Object.fromEntries(spent), hasCode: !tables.emptyOffers.has(id) };
}
