import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { makeCode } from '../../domain/offers/code.js';
import type { Offer } from '../../domain/offers/offer.js';
import type { Instant } from '../../domain/time/instant.js';
import { addCodes as addAtShop, codesAdded, discount } from '../../sources/shopify/admin/documents.js';
import { nextPage, nodesOf } from '../../sources/shopify/admin/nodes.js';
import { record, records, text } from '../../sources/shopify/fields.js';
import type { Fields } from '../../sources/source.js';
import { readLiveOffers } from '../../store/offers.js';
import type { AppDeps } from '../deps.js';
import { addOfferCodes } from '../offers/add-codes.js';
import type { ShopAdmin } from '../ports.js';
import { AdminFault, answerOf } from './paged.js';

/** Letters and digits behind the prefix. */
const codeLength = 10;
/** How often Shopify is asked whether it has made them, and how long between. */
const mostLooks = 60;
const lookEveryMs = 500;

export interface CodesWanted {
  readonly offer: string;
  /** The number of the discount at Shopify that the codes are for. */
  readonly discount: string;
  readonly prefix: string;
  /** 250 at most: Shopify takes no more at once. */
  readonly count: number;
}

export type CodesMade =
  /** `refused`: those that Shopify did not make. */
  | { readonly kind: 'made'; readonly added: number; readonly refused: number }
  | { readonly kind: 'unknown-offer' }
  /** The offer makes its codes itself. */
  | { readonly kind: 'makes-codes' }
  /** The discount is none that keeps what the offer promises; `sentence`: why. */
  | { readonly kind: 'unfit'; readonly sentence: string };

/**
 * Makes codes of a discount at Shopify, and adds those that it made to the list of the offer. A code comes to the list after the shop knows
 * it, so none that is given can be refused at the checkout. Throws an `AdminFault`; codes that were made until then are at Shopify and
 * never given.
 */
export async function makeShopCodes(
  deps: Pick<AppDeps, 'store' | 'clock' | 'notifyRelay'>,
  admin: ShopAdmin,
  wanted: CodesWanted,
  wait: (ms: number) => Promise<unknown> = pause,
): Promise<CodesMade> {
  const live = (await readLiveOffers(deps.store.db)).find(({ definition }) => definition.id === wanted.offer);
  if (live === undefined) return { kind: 'unknown-offer' };
  if (live.definition.codes.kind === 'made') return { kind: 'makes-codes' };
  const id = `gid://shopify/DiscountCodeNode/${wanted.discount}`;
  const sentence = whyUnfit(record((await answerOf(admin, discount, { id }))['codeDiscountNode']), live.definition, deps.clock.now());
  if (sentence !== null) return { kind: 'unfit', sentence };
  const codes = Array.from({ length: wanted.count }, () => makeCode({ prefix: wanted.prefix, length: codeLength }, randomBytes));
  const made = await madeAtShop(admin, id, codes, wait);
  await addOfferCodes(deps, wanted.offer, made);
  return { kind: 'made', added: made.length, refused: codes.length - made.length };
}

async function madeAtShop(
  admin: ShopAdmin,
  discountId: string,
  codes: readonly string[],
  wait: (ms: number) => Promise<unknown>,
): Promise<readonly string[]> {
  const data = await answerOf(admin, addAtShop, { discountId, codes: codes.map((code) => ({ code })) });
  const begun = record(data['discountRedeemCodeBulkAdd']);
  const creation = text(record(begun['bulkCreation'])['id']);
  const [error] = records(begun['userErrors']);
  if (creation === null)
    throw new AdminFault({
      kind: 'failed',
      code: 'codes-refused',
      sentence: `Shopify makes no codes: ${text(error?.['message']) ?? 'it says not why'}`,
    });
  for (let look = 0; look < mostLooks; look += 1) {
    const now = record((await answerOf(admin, codesAdded, { id: creation, after: null }))['discountRedeemCodeBulkCreation']);
    if (now['done'] === true) return goodOf(now['codes']);
    await wait(lookEveryMs);
  }
  throw new AdminFault({ kind: 'failed', code: 'codes-late', sentence: 'Shopify is slow to make codes: ask for them again later.' });
}

/** 250 fit into one page. */
function goodOf(list: unknown): readonly string[] {
  if (nextPage(list) !== null) throw new Error('Shopify made more codes than it was asked for.');
  return nodesOf(list).flatMap((one) => (record(one['discountRedeemCode'])['id'] === undefined ? [] : (text(one['code']) ?? [])));
}

/** Null: the discount keeps what the offer promises, as far as it says. */
function whyUnfit(node: Fields, { terms }: Offer, now: Instant): string | null {
  const found = record(node['codeDiscount']);
  const kind = text(found['__typename']);
  if (kind === null) return 'Shopify has no discount with codes by this number: it stands at the end of its address in the admin.';
  if (text(found['status']) === 'EXPIRED' || Date.parse(text(found['endsAt']) ?? '') <= now) return 'This discount is over.';
  if (found['usageLimit'] !== 1)
    return 'A code of this discount can be used more than once: limit the number of times that it can be used to 1.';
  const { benefit, currency } = terms;
  const value = record(record(found['customerGets'])['value']);
  const amount = record(value['amount']);
  switch (benefit.kind) {
    case 'percent':
      return same(Number(value['percentage']) * 100, benefit.percent)
        ? null
        : `This discount is not ${benefit.percent} %, as the offer promises.`;
    case 'amount':
      return same(Number(amount['amount']), benefit.amount) && amount['currencyCode'] === currency
        ? null
        : `This discount is not ${benefit.amount} ${currency ?? ''}, as the offer promises.`;
    case 'free_shipping':
      return kind === 'DiscountCodeFreeShipping' ? null : 'This discount is not free shipping, as the offer promises.';
    case 'gift':
      return kind === 'DiscountCodeBxgy' ? null : 'This discount is no gift ("buy X get Y"), as the offer promises.';
  }
}

const same = (a: number, b: number): boolean => Math.abs(a - b) < 0.005;
