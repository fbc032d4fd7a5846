import { codeKey, readCode } from '../../domain/offers/code.js';
import type { AddedCodes } from '../../store/offer-codes.js';
import { readLiveOffers } from '../../store/offers.js';
import type { AppDeps } from '../deps.js';
import { addOfferCodes } from './add-codes.js';

export type ImportedCodes =
  /** `repeated`: written twice among these. `unreadable`: the places of those that are no codes, from 0. */
  | ({ readonly kind: 'imported'; readonly repeated: number; readonly unreadable: readonly number[] } & AddedCodes)
  | { readonly kind: 'unknown' }
  /** The offer makes its codes itself. */
  | { readonly kind: 'makes-codes' };

/** Adds codes of the shop to the list of an offer. What is there already stays, so a list may be sent again from the start. */
export async function importCodes(
  deps: Pick<AppDeps, 'store' | 'clock' | 'notifyRelay'>,
  offer: string,
  written: readonly string[],
): Promise<ImportedCodes> {
  const live = (await readLiveOffers(deps.store.db)).find(({ definition }) => definition.id === offer);
  if (live === undefined) return { kind: 'unknown' };
  if (live.definition.codes.kind === 'made') return { kind: 'makes-codes' };
  const byKey = new Map<string, string>();
  const unreadable: number[] = [];
  let repeated = 0;
  for (const [place, text] of written.entries()) {
    const code = readCode(text);
    if (code === null) unreadable.push(place);
    else if (byKey.has(codeKey(code))) repeated += 1;
    else byKey.set(codeKey(code), code);
  }
  return { kind: 'imported', repeated, unreadable, ...(await addOfferCodes(deps, offer, [...byKey.values()])) };
}
