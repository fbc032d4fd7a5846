import { sql } from 'kysely';
import { beforeEach, expect, test } from 'vitest';
import { ingestEvents } from '../../../src/app/ingest/ingest-events.js';
import { movedBy, tellFacts } from '../../../src/app/ingest/tell-facts.js';
import { noEngagement, recordFatigue } from '../../../src/domain/engagement/state.js';
import type { Fact } from '../../../src/domain/events/fact.js';
import { hour } from '../../../src/domain/time/instant.js';
import type { ProfileId } from '../../../src/domain/values/ids.js';
import { lockProfiles } from '../../../src/store/profiles.js';
import { writeAsExpected } from '../../../src/store/write-together.js';
import { identify, ingestDeps, noon } from '../../support/shop-events.js';
import { countStatements, describeOnBothStores, resetTables } from '../../support/stores.js';

describeOnBothStores('telling facts', (store) => {
  beforeEach(() => resetTables(store()));

  test('writes them, and changes each person once, in one statement beside those that match', async () => {
    const deps = ingestDeps(store());
    await ingestEvents(deps, [identify({ email: 'ada@example.test' })], []);
    const { id } = await store().db.selectFrom('profiles').select('id').executeTakeFirstOrThrow();
    const replied = (eventId: string, at: number) => ({
      fact: { name: 'message.replied', profileId: id as ProfileId, at, eventId, properties: { channel: 'sms' } } satisfies Fact,
      trigger: true,
    });
    const facts = [replied('t1', noon + 2 * hour), replied('t2', noon + hour)];
    const engagement = recordFatigue(noEngagement, 'looked-and-left', noon);

    const statements = await countStatements(store(), () =>
      store().transaction(async (trx) => {
        await lockProfiles(trx, [id as ProfileId]);
        const people = [...movedBy(facts), { id: id as ProfileId, lastInstant: noon, engagement }];
        const { wakes } = await tellFacts(trx, deps, { facts, people });
        expect(wakes).toBe(false);
      }),
    );

    expect(statements.filter((text) => /insert|update /i.test(text) && !/for update/i.test(text))).toHaveLength(1);
    const person = await store().db.selectFrom('profiles').select(['last_instant', 'email', 'engagement']).executeTakeFirstOrThrow();
    expect(person).toMatchObject({ last_instant: noon + 2 * hour, email: 'ada@example.test', engagement: { fatigue: expect.anything() } });
    expect(await store().db.selectFrom('facts').select('event_id').where('name', '=', 'message.replied').execute()).toHaveLength(2);
  });

  test('runs its transaction again where another took what it writes, and fails if that goes on', async () => {
    let runs = 0;
    const write = sql`update profiles set updated_at = 1 where id = 'nobody' returning 1`;
    const work = (touching: number) =>
      store().transaction(async (trx) => {
        runs += 1;
        await writeAsExpected(trx, { nobody: write, other: write }, { nobody: runs < 3 ? touching : 0 });
      });

    await work(1);
    expect(runs).toBe(3);
    runs = -100;
    await expect(work(1)).rejects.toMatchObject({ code: '40001' });
  });
});
