import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { exitEntry } from '../../../src/app/entries/exit-entry.js';
import type { Offer } from '../../../src/domain/offers/offer.js';
import { hour } from '../../../src/domain/time/instant.js';
import { deal, dealDeps, finishesQuiz } from '../../support/deal.js';
import { offerOf, putOfferInForce } from '../../support/offers.js';
import { turn } from '../../support/reminded.js';
import { alias, track } from '../../support/shop-events.js';
import { type OpenedStore, openServerStore, resetTables } from '../../support/stores.js';
import { publish, type TurnDeps, take } from '../../support/turns.js';

/** How many people ask for a code at the same time: `OFFER_PEOPLE=10000` is the long form. */
const people = Number(process.env['OFFER_PEOPLE'] ?? 200);
const atOnce = 30;
const timeout = 120_000 + people * 200;

describe('codes that many people ask for at the same time, on PostgreSQL', { timeout }, () => {
  let opened: OpenedStore;
  let deps: TurnDeps;
  beforeAll(async () => {
    opened = await openServerStore();
  });
  afterAll(() => opened.dispose());
  beforeEach(async () => {
    await resetTables(opened.store);
    deps = dealDeps(opened.store);
    await publish(opened.store, deal);
  });

  const everybodyFinishes = async (): Promise<void> => {
    const names = Array.from({ length: people }, (_, n) => `person-${n}`);
    for (let from = 0; from < people; from += 16) await take(deps, ...names.slice(from, from + 16).flatMap(finishesQuiz));
  };

  const allTurns = async (): Promise<void> => {
    const open = await opened.store.db.selectFrom('entries').select('id').where('state', '<>', 'finished').execute();
    const waiting = open.map(({ id }) => id);
    // A turn that finds everything taken by others may give up: the workflow takes it again, as here.
    const worker = async (): Promise<void> => {
      for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
        const mine = id;
        await turn(deps, mine).catch(() => waiting.push(mine));
      }
    };
    await Promise.all(Array.from({ length: atOnce }, worker));
  };

  const count = async (of: ReturnType<typeof sql<{ n: number }>>): Promise<number> => (await of.execute(opened.store.db)).rows[0]?.n ?? -1;
  const told = async () => ({
    promises: await count(sql`select count(*)::int as n from promises`),
    codes: await count(sql`select count(distinct code_key)::int as n from promises`),
    entries: await count(sql`select count(distinct entry_id)::int as n from promises`),
    budget: await count(sql`select count(*)::int as n from trace where text like '%(budget).'`),
    empty: await count(sql`select count(distinct entry_id)::int as n from trace where text like '%no imported code is left%'`),
  });
  /** Each mail has a code, that of its entry, and no two have the same. */
  const checkMails = async (expected: number): Promise<void> => {
    const mails = deps.providers.email.submitted.map(({ text }) => text.replace('Your code: ', ''));
    expect(mails).toHaveLength(expected);
    expect(new Set(mails).size).toBe(expected);
    const { rows } = await sql<{
      code: string;
    }>`select p.code from promises p join messages m on m.promise_id = p.seq and m.entry_id = p.entry_id
      where m.state = 'accepted' and m.content ->> 'text' = 'Your code: ' || p.code`.execute(opened.store.db);
    expect(new Set(rows.map(({ code }) => code))).toEqual(new Set(mails));
  };
  const profileOf = (userId: string) =>
    sql`(select coalesce(p.merged_into, p.id) from identities i join profiles p on p.id = i.profile_id where i.value = ${userId})`;
  const entryOf = async (userId: string): Promise<string | null> => {
    const { rows } = await sql<{ id: string }>`select id from entries where profile_id = ${profileOf(userId)}`.execute(opened.store.db);
    return rows[0]?.id ?? null;
  };
  const codesOf = async (userId: string): Promise<readonly string[]> => {
    const { rows } = await sql<{ code: string }>`select code from promises where profile_id = ${profileOf(userId)}`.execute(
      opened.store.db,
    );
    return rows.map(({ code }) => code);
  };
  const begin = async (offer: Partial<Offer>): Promise<void> => {
    await putOfferInForce(opened.store, offerOf(offer));
    await everybodyFinishes();
    await allTurns();
  };

  test('are given once each, and no limit of codes is passed by one', async () => {
    const most = Math.floor(people * 0.7);
    await begin({
      limits: [
        { per: 'day', codes: most, cost: null },
        { per: 'all', codes: people, cost: null },
      ],
    });
    expect(await told()).toEqual({ promises: most, codes: most, entries: most, budget: people - most, empty: 0 });
    await checkMails(most);
  });

  test('cost together no more than the limit of cost allows', async () => {
    const most = Math.floor(people / 2);
    // A code costs 4 at most.
    await begin({ limits: [{ per: 'week', codes: null, cost: most * 4 + 3.999 }] });
    expect(await told()).toMatchObject({ promises: most, budget: people - most });
    await checkMails(most);
  });

  test('stay one for each entry, while people become one, entries are taken out and orders are cancelled in the middle of it', async () => {
    const most = Math.floor(people * 0.6);
    await putOfferInForce(opened.store, offerOf({ limits: [{ per: 'all', codes: most, cost: null }] }));
    await everybodyFinishes();
    // Of each ten people two become one, one is taken out, and one orders with the code and cancels the order.
    const tens = Array.from({ length: Math.floor(people / 10) }, (_, n) => n * 10);
    const trouble = async (n: number): Promise<void> => {
      await take(deps, alias(`person-${n + 1}`, `person-${n}`));
      const out = await entryOf(`person-${n + 2}`);
      if (out !== null) await exitEntry(deps, out, 'taken out');
      const [code] = await codesOf(`person-${n + 3}`);
      const order = { order_id: `order-${n}`, total: 40, currency: 'GBP', ...(code === undefined ? {} : { coupon: code }) };
      for (const event of ['Order Completed', 'Order Cancelled']) await take(deps, track(event, order, { userId: `person-${n + 3}` }));
    };
    await Promise.all([
      allTurns(),
      (async () => {
        for (const n of tens) await trouble(n);
      })(),
    ]);
    // Who was asked to leave, leaves.
    await allTurns();

    const { promises, codes, entries, budget } = await told();
    const left = await count(sql`select count(*)::int as n from entries e where e.state = 'finished'
      and not exists (select from promises p where p.entry_id = e.id) and not exists (select from trace t where t.entry_id = e.id and t.text like '%(budget).')`);
    expect([promises, codes, entries]).toEqual([most, most, most]);
    expect(left).toBeLessThanOrEqual(2 * tens.length);
    expect(budget).toBe(people - most - left);
    await checkMails(await count(sql`select count(*)::int as n from messages where accepted_at is not null`));
    const counted = await sql<{ codes: number }>`select codes::int from offer_periods`.execute(opened.store.db);
    expect(counted.rows).toEqual([{ codes: most }]);
  });

  test('come from a list until it is empty: the others wait, without a mail, until there are more', async () => {
    const first = Math.floor(people * 0.6);
    const list = (from: number, to: number) =>
      sql`insert into offer_codes (code_key, code, offer) select 'pool-' || n, 'POOL-' || n, 'ten-percent' from generate_series(${from}::int, ${to}::int) n`.execute(
        opened.store.db,
      );
    await list(1, first);
    await begin({ codes: { kind: 'imported', lowAt: 10 } });
    expect(await told()).toEqual({ promises: first, codes: first, entries: first, budget: 0, empty: people - first });
    await checkMails(first);
    await list(first + 1, people);
    deps.clock.pass(hour);
    await allTurns();
    expect(await told()).toMatchObject({ promises: people, codes: people });
    await checkMails(people);
  });
});
