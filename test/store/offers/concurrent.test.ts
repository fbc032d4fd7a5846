import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Offer } from '../../../src/domain/offers/offer.js';
import { hour } from '../../../src/domain/time/instant.js';
import { deal, dealDeps, finishesQuiz } from '../../support/deal.js';
import { offerOf, putOfferInForce } from '../../support/offers.js';
import { turn } from '../../support/reminded.js';
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
