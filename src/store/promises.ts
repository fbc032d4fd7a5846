import { type RawBuilder, sql } from 'kysely';
import { codeKey } from '../domain/offers/code.js';
import type { Terms } from '../domain/offers/offer.js';
import type { PromiseState } from '../domain/offers/promise.js';
import type { Instant } from '../domain/time/instant.js';
import { redeemingOrder, takenBack } from '../knowledge/offers/store.js';
import type { Db } from './db.js';

/** A promise and what came of it. Money in the currency of its terms. */
export interface LedgerPromise {
  readonly seq: number;
  readonly offer: string;
  readonly version: number;
  readonly code: string;
  readonly profileId: string;
  readonly entryId: string;
  readonly journeyId: string;
  readonly terms: Terms;
  readonly issuedAt: Instant;
  readonly expiresAt: Instant;
  /** When the first message that shows it was accepted; null: none was. */
  readonly shownAt: Instant | null;
  readonly state: PromiseState;
  /** When it was first used, and by how many orders that count. */
  readonly redeemedAt: Instant | null;
  readonly uses: number;
  /** Somebody else used it. */
  readonly isLeaked: boolean;
  /** What its orders had off; 0 where none used it. */
  readonly cost: number;
}

/** What an offer came to. */
export interface OfferSums {
  readonly id: string;
  readonly currency: string | null;
  readonly issued: number;
  readonly shown: number;
  readonly open: number;
  readonly redeemed: number;
  readonly leaked: number;
  readonly expired: number;
  readonly void: number;
  readonly cost: number;
  /** What the open ones may still cost. */
  readonly openCost: number;
  /** Imported codes that nobody has. */
  readonly freeCodes: number;
}

const costs = sql`(p.terms ->> 'costs')::float8`;

/**
 * What an order had off by the code. With several codes nobody knows which gave how much: no more than the code costs at most. Money in
 * another currency is not added up.
 */
const costOfOrder = sql`case when o.discount is null or o.currency is distinct from coalesce(p.terms ->> 'currency', o.currency)
    then coalesce(${costs}, 0) when jsonb_array_length(o.codes) > 1 then least(o.discount, coalesce(${costs}, o.discount)) else o.discount end`;

/** Promises (`p`) with their fates, at an instant. */
function ledger(at: Instant, where: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`select p.seq, p.offer, p.version, p.code, p.profile_id as "profileId", p.entry_id as "entryId", p.journey_id as "journeyId", p.terms,
      p.issued_at as "issuedAt", p.expires_at as "expiresAt", p.cost as promised,
      (select min(m.accepted_at) from messages m where m.promise_id = p.seq) as "shownAt",
      case when used.uses > 0 then 'redeemed' when ${takenBack} then 'void' when p.expires_at <= ${at}::bigint then 'expired' else 'open' end as state,
      used.at as "redeemedAt", used.uses, used.leaked as "isLeaked", used.cost
    from promises p cross join lateral (
      select count(*)::int as uses, min(o.ordered_at) as at, coalesce(bool_or(o.profile_id <> p.profile_id), false) as leaked,
        coalesce(sum(${costOfOrder}), 0)::float8 as cost from orders o where ${redeemingOrder}) used
    where ${where}`;
}

/** The newest first; `offer` null: of all. */
export async function listPromises(
  db: Db,
  at: Instant,
  { offer, before, limit }: { readonly offer: string | null; readonly before: number | null; readonly limit: number },
): Promise<readonly LedgerPromise[]> {
  const where = sql`(${offer}::text is null or p.offer = ${offer}) and (${before}::bigint is null or p.seq < ${before}::bigint)`;
  return (await sql<LedgerPromise>`${ledger(at, where)} order by p.seq desc limit ${limit}`.execute(db)).rows;
}

/** The promise of a code, written in any case of letters; null: nobody was given it. */
export async function findPromise(db: Db, at: Instant, code: string): Promise<LedgerPromise | null> {
  return (await sql<LedgerPromise>`${ledger(at, sql`p.code_key = ${codeKey(code)}`)}`.execute(db)).rows[0] ?? null;
}

/** By id, each offer of which anything was promised, or that has imported codes. */
export async function sumOffers(db: Db, at: Instant): Promise<readonly OfferSums[]> {
  const { rows } = await sql<OfferSums>`with ledger as (${ledger(at, sql`true`)}), free as (
      select offer as id, count(*)::int as n from offer_codes where not is_taken group by offer), sums as (
      select offer as id, (array_agg(terms ->> 'currency' order by seq desc))[1] as currency, count(*)::int as issued,
        count("shownAt")::int as shown, count(*) filter (where state = 'open')::int as open,
        count(*) filter (where state = 'redeemed')::int as redeemed, count(*) filter (where "isLeaked")::int as leaked,
        count(*) filter (where state = 'expired')::int as expired, count(*) filter (where state = 'void')::int as void,
        sum(cost)::float8 as cost, coalesce(sum(promised) filter (where state = 'open'), 0)::float8 / 1000 as "openCost" from ledger group by offer)
    select coalesce(sums.id, free.id) as id, currency, coalesce(issued, 0) as issued, coalesce(shown, 0) as shown, coalesce(open, 0) as open,
      coalesce(redeemed, 0) as redeemed, coalesce(leaked, 0) as leaked, coalesce(expired, 0) as expired, coalesce(void, 0) as void,
      coalesce(cost, 0) as cost, coalesce("openCost", 0) as "openCost", coalesce(free.n, 0) as "freeCodes"
    from sums full join free on free.id = sums.id order by 1`.execute(db);
  return rows;
}
