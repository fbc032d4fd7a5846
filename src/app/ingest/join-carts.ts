import { aCart } from '../../domain/events/subject.js';
import type { Instant } from '../../domain/time/instant.js';
import type { CartId } from '../../domain/values/ids.js';
import { placeOfSubject } from '../../matching/unite.js';
import { deleteCart, moveCart } from '../../store/carts.js';
import type { Trx } from '../../store/db.js';
import { lockUnitingEntries } from '../../store/entry-union.js';
import { writeTogether } from '../../store/write-together.js';
import { uniteEntries } from '../entries/unite-entries.js';

/**
 * Carts found to be one: what pointed to the one points to the other, and one series of reminders goes on. The carts are locked, and the
 * joined cart and its tokens are written.
 */
export async function joinStoredCarts(
  trx: Trx,
  joined: readonly { readonly from: CartId; readonly into: CartId }[],
  at: Instant,
): Promise<void> {
  for (const { from, into } of joined) {
    const entries = await lockUnitingEntries(trx, { profiles: [], carts: [from, into] });
    await uniteEntries(trx, entries, placeOfSubject(aCart(from), aCart(into)), { at, heard: new Set() });
    await writeTogether(trx, moveCart(from, into));
    await deleteCart(trx, from);
  }
}
