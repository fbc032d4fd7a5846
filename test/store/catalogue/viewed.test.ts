import fc from 'fast-check';
import { sql } from 'kysely';
import { beforeEach, expect, test } from 'vitest';
import { tellProducts } from '../../../src/app/catalogue/tell-products.js';
import { ingestEvents } from '../../../src/app/ingest/ingest-events.js';
import type { Fact } from '../../../src/domain/events/fact.js';
import { day, hour } from '../../../src/domain/time/instant.js';
import type { EntryId, ProfileId } from '../../../src/domain/values/ids.js';
import { conditionKinds } from '../../../src/journey/conditions/index.js';
import { viewedKnown } from '../../../src/knowledge/viewed/index.js';
import { viewedInMemory } from '../../../src/knowledge/viewed/memory.js';
import { Tables } from '../../../src/simulator/memory/tables.js';
import type { Store } from '../../../src/store/db.js';
import { readKnowledge } from '../../../src/store/knowledge.js';
import type { TurnRows } from '../../../src/turn/world.js';
import { aProduct } from '../../support/products.js';
import { noon, track } from '../../support/shop-events.js';
import { describeOnBothStores, resetTables } from '../../support/stores.js';
import { turnDeps } from '../../support/turns.js';

async function askStore(store: Store, windowMs: number | null, at: number) {
  const { rows } = await sql<{ id: ProfileId }>`select id from profiles`.execute(store.db);
  const profile = { id: rows[0]?.id, email: null, phone: null } as unknown as TurnRows['profile'];
  const question = viewedKnown.question([{ windowMs }], at);
  const known = await readKnowledge(store.db, [{ name: 'viewed', source: viewedKnown as never, question }], {
    entry: { id: 'none' as EntryId } as TurnRows['entry'],
    profile,
  });
  return { viewed: known.viewed ?? [], question, profileId: profile.id };
}

describeOnBothStores('what a person looked at', (store) => {
  beforeEach(() => resetTables(store()));

  test('is known with the tags and collections of the product, each product and list once, the newest look', async () => {
    const deps = turnDeps(store());
    deps.clock.set(noon + hour);
    await tellProducts(deps, [{ productId: 'cream', updatedAt: 1, product: aProduct({ tags: ['skin:dry'], collections: ['winter'] }) }]);
    await ingestEvents(
      deps,
      [
        track('Product Viewed', { sku: 'cream' }, { occurredAt: noon }),
        track('Product Viewed', { product_id: 'cream' }, { occurredAt: noon - day }),
        track('Product Viewed', { name: '' }, { occurredAt: noon }),
        track('Product List Viewed', { category: 'Gifts' }, { occurredAt: noon }),
      ],
      [],
    );

    const { viewed } = await askStore(store(), null, noon + hour);
    expect(viewed).toEqual([
      { productId: 'cream', at: noon, next: null, times: 2, tags: ['skin:dry'], collections: ['winter'] },
      { productId: null, at: noon, next: null, times: 1, tags: [], collections: ['gifts'] },
    ]);
  });

  test('is the same in memory, at any instant and in any window', async () => {
    const look = fc.record({
      name: fc.constantFrom('Product Viewed', 'Product List Viewed'),
      properties: fc.constantFrom<Record<string, unknown>>(
        { product_id: 'a' },
        { id: 7 },
        { category: 'X', list_id: 'y' },
        { category: 'x' },
        {},
      ),
      hours: fc.integer({ min: 0, max: 5 }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(look, { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 0, max: 5 }),
        fc.option(fc.integer({ min: 1, max: 4 })),
        async (looks, now, hours) => {
          await resetTables(store());
          const deps = turnDeps(store());
          deps.clock.set(noon + 9 * hour);
          await ingestEvents(
            deps,
            looks.map((one) => track(one.name, one.properties, { occurredAt: noon + one.hours * hour })),
            [],
          );
          const { viewed, question, profileId } = await askStore(store(), hours === null ? null : hours * hour, noon + now * hour);
          const facts =
            await sql<Fact>`select name, profile_id as "profileId", at, event_id as "eventId", properties from facts order by seq`.execute(
              store().db,
            );
          const tables = new Tables();
          for (const fact of facts.rows) tables.facts.push(fact);
          const inMemory = viewedInMemory(question, { tables, profileId, entryId: 'none' as EntryId, sharers: [] });
          const ordered = (all: typeof viewed) => all.map((one) => JSON.stringify(one)).toSorted();
          expect(ordered(inMemory)).toEqual(ordered(viewed));
        },
      ),
      { numRuns: 25 },
    );
  });
});

test.each([
  [{ products: { any_of: ['cream'] } }, true],
  [{ products: { any_of: ['soap'] } }, false],
  [{ tags: { any_of: ['Skin:Dry'] }, within: 'PT2H' }, true],
  [{ tags: { any_of: ['skin:dry'] }, within: 'PT1H' }, false],
  [{ tags: { all_of: ['skin:dry', 'skin:oily'] } }, false],
  [{ tags: { none_of: ['skin:oily'] } }, true],
  [{ collections: { all_of: ['winter', 'gifts'] } }, true],
  [{}, true],
] as const)('a condition on it: %j', (source, holds) => {
  const kind = conditionKinds.viewed;
  const condition = kind.compile(kind.yaml({} as never).parse(source), {} as never);
  const viewed = [
    { productId: 'cream', at: noon, next: null, times: 1, tags: ['skin:dry'], collections: ['winter'] },
    { productId: null, at: noon, next: noon + 3 * hour, times: 1, tags: [], collections: ['gifts'] },
  ];
  const facts = { at: noon + hour, known: { viewed } } as never;

  expect(kind.evaluate(condition, facts, () => 'unknown')).toBe(holds ? 'true' : 'false');
  expect(kind.changesAt({ ...condition, windowMs: 2 * hour }, facts)).toBe(noon + 2 * hour);
  expect(kind.changesAt({ ...condition, windowMs: null }, facts)).toBe(noon + 3 * hour);
});
