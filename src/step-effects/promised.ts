import { type RawBuilder, sql } from 'kysely';
import { subjectId } from '../domain/events/subject.js';
import { codeKey, makeCode } from '../domain/offers/code.js';
import type { Promised } from '../journey/steps/issue-incentive.js';
import type { KeptPromise } from '../knowledge/offers/memory.js';
import { orderOfEntry } from '../knowledge/orders/store.js';
import type { StepEffectKind, StoreAsked } from './kind.js';

/**
 * A code for an entry. What it was decided on may have changed since: a limit is reached, another turn took the code. Then nothing is
 * written, and the turn is taken again. Each period is one row that waits for those before it, so no limit is passed by one.
 */
export const promised: StepEffectKind<Promised> = {
  isContested: true,
  toStore: (effect, asked) => {
    const { offer, version, terms, expiresAt, isMarketing, voids, cost } = effect;
    const { by, at } = asked;
    return sql`with spent as (${spend(effect, asked)}), code as (${takeCode(effect, asked)})
      insert into promises (offer, version, code, code_key, profile_id, entry_id, journey_id, step, order_id, terms, cost, is_marketing,
        void_by_cancellation, void_by_full_price, issued_at, expires_at)
      select ${offer}, ${version}::integer, code.code, code.code_key, ${by.profileId}, ${by.entryId}, ${by.journeyId}, ${by.step},
        ${orderOfEntry(by.entryId)}, ${JSON.stringify(terms)}::jsonb, ${cost}::bigint, ${isMarketing}::boolean,
        ${voids.includes('order_cancelled')}::boolean, ${voids.includes('full_price_order')}::boolean, ${at}::bigint, ${expiresAt}::bigint
      from code where (select count(*) from spent) = ${effect.limits.length}::integer
      on conflict do nothing returning 1`;
  },
  toMemory(effect, { by, at }, tables) {
    const { offer, terms, expiresAt, isMarketing, voids, cost, limits } = effect;
    const id = [...tables.kept.values()].filter(({ table }) => table === 'promises').length + 1;
    const prefix = effect.codes.kind === 'made' ? effect.codes.prefix : '';
    const values: KeptPromise = {
      id,
      offer,
      // Nobody is to take it for one that a shop would accept.
      code: `${prefix}SIMULATED-${id}`,
      terms,
      issuedAt: at,
      expiresAt,
      isMarketing,
      entryId: by.entryId,
      orderId: subjectId(tables.entry(by.entryId).about, 'order'),
      voidByCancellation: voids.includes('order_cancelled'),
      voidByFullPrice: voids.includes('full_price_order'),
      periods: limits.map(({ period }) => period),
      cost,
    };
    tables.kept.push({ table: 'promises', profileId: by.profileId, values: { ...values } });
  },
};

/**
 * One more in each period, as far as its limits allow: a row for each that had room. Always in the same order, so that turns cannot block
 * each other.
 */
function spend({ offer, limits, cost }: Promised, { at }: StoreAsked): RawBuilder<unknown> {
  const rows = JSON.stringify([...limits].sort((a, b) => (a.period < b.period ? -1 : 1)));
  return sql`insert into offer_periods as known (offer, period, codes, cost, since)
    select ${offer}, period, 1, ${cost}::bigint, ${at}::bigint from json_to_recordset(${rows}::json) as asked(period text, codes bigint, cost bigint)
      where coalesce(codes, 1) >= 1 and coalesce(cost, ${cost}::bigint) >= ${cost}::bigint
    on conflict (offer, period) do update set codes = known.codes + 1, cost = known.cost + excluded.cost
      where exists (select from json_to_recordset(${rows}::json) as most(period text, codes bigint, cost bigint) where most.period = known.period
        and known.codes + 1 <= coalesce(most.codes, known.codes + 1) and known.cost + excluded.cost <= coalesce(most.cost, known.cost + excluded.cost))
    returning 1`;
}

/** The oldest imported code that no other turn is taking; or one that is made now, and was never there. */
function takeCode({ offer, codes }: Promised, { chance }: StoreAsked): RawBuilder<unknown> {
  if (codes.kind === 'imported')
    return sql`update offer_codes set is_taken = true where code_key = (
        select code_key from offer_codes where offer = ${offer} and not is_taken order by seq limit 1 for update skip locked) and not is_taken
      returning code, code_key`;
  const code = makeCode(codes, chance);
  return sql`insert into offer_codes (code_key, code, offer, is_taken) values (${codeKey(code)}, ${code}, ${offer}, true)
    on conflict do nothing returning code, code_key`;
}
