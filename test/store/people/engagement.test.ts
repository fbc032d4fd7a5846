import { sql } from 'kysely';
import { beforeEach, expect, test } from 'vitest';
import { ingestEvents } from '../../../src/app/ingest/ingest-events.js';
import { eraseProfile } from '../../../src/app/people/erase-profile.js';
import { showCaps } from '../../../src/app/people/show-caps.js';
import { showEngagement } from '../../../src/app/people/show-engagement.js';
import type { IncomingEvent } from '../../../src/domain/events/incoming.js';
import { day, hour, type Instant, minute } from '../../../src/domain/time/instant.js';
import type { JourneyDefinition } from '../../../src/journey/definition.js';
import { readEngagementHistory } from '../../../src/store/engagement.js';
import { turn } from '../../support/reminded.js';
import { alias, identify, ingestDeps, noon, shopEvent, track } from '../../support/shop-events.js';
import { countStatements, describeOnBothStores, resetTables } from '../../support/stores.js';
import { cartJourney, publish, send, type TurnDeps, take, turnDeps } from '../../support/turns.js';

describeOnBothStores('engagement', (store) => {
  beforeEach(() => resetTables(store()));
  const ingest = (...events: Parameters<typeof ingestEvents>[1][number][]) => ingestEvents(ingestDeps(store()), events, []);
  const page = (event: Parameters<typeof shopEvent>[0] = {}) => shopEvent({ type: 'page', name: 'Home', ...event });
  const order = (id: string, at: Instant = noon) => track('Order Completed', { order_id: id, total: 20 }, { occurredAt: at });

  async function shown(at: Instant = noon + hour) {
    const deps = turnDeps(store());
    deps.clock.set(at);
    const [profile] = await store().db.selectFrom('profiles').select('id').where('merged_into', 'is', null).execute();
    const engagement = await showEngagement(deps, profile?.id ?? '');
    if (engagement === null) throw new Error('There is no profile.');
    return engagement;
  }
  const pointsBy = ({ score }: Awaited<ReturnType<typeof shown>>) =>
    Object.fromEntries(score.contributions.map(({ signal, points }) => [signal, Math.round(points * 100) / 100]));

  test('comes of purchases, visits and answers, and says of each what it is worth', async () => {
    await ingest(
      page(),
      page({ occurredAt: noon + minute }),
      track('Product Viewed', { product_id: 'p1' }, { occurredAt: noon + 2 * minute }),
    );
    await ingest(order('o-1'), order('o-1', noon + minute), track('Quiz Answered', { tea: 'green' }));
    await ingest(track('Order Cancelled', { order_id: 'o-1' }, { occurredAt: noon + minute }));

    const engagement = await shown();
    expect(pointsBy(engagement)).toEqual({ purchase: 8, quiz_answer: 4, site_visit: 2 });
    expect(engagement).toMatchObject({ tier: 'hot', policyVersion: 1, engagedAt: noon + 2 * minute, falls: { to: 'warm' } });
    expect(engagement.sentence).toBe('Hot: the score is 14, and 6 or more within 14 days of the last engagement is hot.');
  });

  test('does not come of what a server says about a person, or of visitors whom nobody knows', async () => {
    await ingest(identify({ email: 'ada@example.test' }), track('Parcel Handed Over', {}));
    expect(await shown()).toMatchObject({ engagedAt: null, score: { total: 0 } });

    await resetTables(store());
    await ingest(page({ anonymousId: 'browser-1', userId: null }));
    expect((await shown()).engagedAt).toBeNull();
  });

  test('late and imported events count for what they were, whatever comes in last', async () => {
    await ingest(page({ occurredAt: noon }));
    await ingest(shopEvent({ ...order('o-1', noon - 60 * day).event, receivedAt: noon, origin: 'import' }));

    const engagement = await shown(noon);
    expect(pointsBy(engagement)).toEqual({ purchase: 4, site_visit: 2 });
    expect(engagement).toMatchObject({ tier: 'hot', engagedAt: noon });
  });

  test('is united when two profiles turn out to be one person', async () => {
    await ingest(order('o-1'), track('Quiz Answered', {}, { userId: 'bea' }));
    await ingest(alias('bea', 'ada'));
    expect(pointsBy(await shown())).toEqual({ purchase: 8, quiz_answer: 4 });
  });

  test('is not worked out, and not kept, of who objects to profiling', async () => {
    await ingest(order('o-1'), identify({ profiling_allowed: false }, { occurredAt: noon + minute }));
    await ingest(order('o-2', noon + 2 * minute));

    expect(await shown()).toMatchObject({ tier: 'warm', score: { total: 0, contributions: [] }, engagedAt: null, mayProfile: false });
    const [row] = await store().db.selectFrom('profiles').select('engagement').execute();
    expect(row?.engagement).toMatchObject({ sums: {}, engagedAt: null });
  });

  test('goes with the person who is erased', async () => {
    await ingest(order('o-1'));
    const [profile] = await store().db.selectFrom('profiles').select('id').execute();
    await eraseProfile(turnDeps(store()), profile?.id ?? '');
    const [row] = await store().db.selectFrom('profiles').select('engagement').execute();
    expect(row?.engagement).toEqual({});
  });

  test('costs no statement more than an event without it', async () => {
    await ingest(order('o-0', noon - day));
    const statements = await countStatements(store(), () => ingest(order('o-1'), page()));
    const plain = await countStatements(store(), () => ingest(track('Parcel Handed Over', {}), track('Tea Tasted', {})));
    expect(statements).toHaveLength(plain.length);
  });

  test('what came of messages is counted by topic, and since the newest engagement', async () => {
    await ingest(order('o-1', noon - 10 * day));
    const [profile] = await store().db.selectFrom('profiles').select('id').execute();
    const profileId = profile?.id ?? '';
    const message = (id: string, topic: string, days: number, more: Record<string, unknown> = {}) =>
      insertMessage(store(), { id, profile_id: profileId, topic, accepted_at: noon + days * day, ...more });
    for (let n = 0; n < 5; n += 1) await message(`newsletter-${n}`, 'newsletter', n - 12, { links: '[]' });
    // Nobody could have heard of it.
    await message('quiet', 'newsletter', -7);
    await message('bounced', 'newsletter', -4, { state: 'bounced' });
    await message('sale', 'sales', -5, { links: '[]' });
    await message('receipt', 'orders', -3, { class: 'transactional' });
    await message('win-back', 'win_back', -2);
    await message('told', 'spring', -1, { links: '[]' });
    const interact = (messageId: string, verdict: string) =>
      sql`insert into interactions (message_id, profile_id, kind, verdict, at) values (${messageId}, ${profileId}, 'open', ${verdict}, ${noon})`.execute(
        store().db,
      );
    await interact('sale', 'human');
    await interact('newsletter-0', 'machine');
    await sql`update profiles set traits = '{"tracking_allowed": true}'`.execute(store().db);

    const { topics } = await shown();
    expect(topics.find(({ topic }) => topic === 'newsletter')).toMatchObject({
      delivered: 6,
      opened: 0,
      multiplier: 0.5,
      sentence: 'Fewer: of 5 messages, 0 opened.',
    });
    expect(topics.find(({ topic }) => topic === 'sales')).toMatchObject({ delivered: 1, opened: 1, multiplier: 1 });
    expect(topics.map(({ topic }) => topic)).not.toContain('orders');
    // Its lower limit counts every email, as the gate does.
    const caps = await showCaps(turnDeps(store()), profileId);
    const emails = caps?.rules.filter(({ rule }) => rule === 'email-7d').map(({ topics: of, limit, used }) => ({ of, limit, used }));
    expect(emails).toEqual([
      { of: null, limit: expect.any(Number), used: 4 },
      { of: ['newsletter'], limit: Math.floor((emails?.[0]?.limit ?? 0) / 2), used: 4 },
    ]);
    // Nothing can be heard of the others, whatever came of them.
    const { unengagedSends } = await readEngagementHistory(store().db, { profileId, engagedAt: noon - 10 * day, at: noon });
    expect(unengagedSends).toEqual([noon - 9 * day, noon - 8 * day, noon - 5 * day, noon - day]);
  });

  test('silence about what never arrived says nothing, and what was answered did arrive', async () => {
    await ingest(order('o-1', noon - 40 * day));
    const [profile] = await store().db.selectFrom('profiles').select('id').execute();
    const profileId = profile?.id ?? '';
    const message = (id: string, days: number, more: Record<string, unknown> = {}) =>
      insertMessage(store(), { id, profile_id: profileId, topic: 'sales', accepted_at: noon + days * day, links: '[]', ...more });
    await message('bounced', -6, { state: 'bounced' });
    await message('failed', -5, { state: 'failed', topic: 'win_back' });
    await message('arrived', -4);
    // Its provider never answered, and the person has clicked.
    await message('lost', -3, { state: 'unknown' });
    await sql`update messages set accepted_at = null where id = 'lost'`.execute(store().db);
    await sql`insert into interactions (message_id, profile_id, kind, link, verdict, at) values ('lost', ${profileId}, 'click', 0, 'human', ${noon - 2 * day})`.execute(
      store().db,
    );

    const history = await readEngagementHistory(store().db, { profileId, engagedAt: noon - 40 * day, at: noon });
    expect(history).toMatchObject({ unengagedSends: [noon - 4 * day], winBacks: [] });
    expect(history.topics.find(({ topic }) => topic === 'sales')).toMatchObject({ delivered: 2, answerable: 2, opened: 0, clicked: 1 });
  });

  test('of many messages without an answer the newest are known, so that who returns begins anew', async () => {
    await ingest(identify({ email: 'ada@example.test' }));
    const [profile] = await store().db.selectFrom('profiles').select('id').execute();
    const profileId = profile?.id ?? '';
    await sql`insert into messages (id, profile_id, channel, class, origin, template, topic, priority, state, links, slot_at, deadline_at, created_at, updated_at, accepted_at)
      select 'm-' || n, ${profileId}, 'email', 'marketing', 'journey', 't', 'sales', 50, 'accepted', '[]', at, at, at, at, at
      from (select n, ${noon}::bigint + n * ${day}::bigint as at from generate_series(-120, -1) n) s`.execute(store().db);

    const { unengagedSends } = await readEngagementHistory(store().db, { profileId, engagedAt: null, at: noon });
    expect([unengagedSends.length, unengagedSends[0], unengagedSends.at(-1)]).toEqual([100, noon - 100 * day, noon - day]);
  });

  test('ends marketing to who answered neither win-back in sunset, until they come back', async () => {
    const deps = turnDeps(store());
    await publish(
      store(),
      cartJourney({
        trigger: { kind: 'event', event: 'event:Tea Arrived', where: null },
        entry: { key: { kind: 'profile' }, filters: [], reentry: { kind: 'always' }, concurrency: 'parallel' },
        start: 'only' as JourneyDefinition['start'],
        steps: { only: send('only', null) },
      }),
    );
    await take(
      deps,
      identify({ email: 'ada@example.test' }, { occurredAt: noon - 400 * day }),
      track('Consent Granted', { channel: 'email', method: 'form', source: 'test' }, { occurredAt: noon - 400 * day }),
    );
    const [profile] = await store().db.selectFrom('profiles').select('id').execute();
    for (const days of [-30, -20])
      await insertMessage(store(), { id: `win-back${days}`, profile_id: profile?.id, topic: 'win_back', accepted_at: noon + days * day });

    expect(await shown(noon)).toMatchObject({ tier: 'sunset', sunsetSince: noon - 15 * day });
    const [refused] = await sentOn(deps, track('Tea Arrived', {}));
    expect(refused).toMatchObject({ decision: 'skip', reason: 'suppressed', detail: { cause: 'sunset' } });

    deps.clock.set(noon + hour);
    await take(deps, page({ occurredAt: noon + hour }));
    const [sent] = await sentOn(deps, track('Tea Arrived', {}, { occurredAt: noon + hour }));
    expect(sent).toMatchObject({ decision: 'send' });
    expect(await shown(noon + hour)).toMatchObject({ tier: 'warm', sunsetSince: null });
  });

  /** The verdicts on the message that the event brings about. */
  async function sentOn(deps: TurnDeps, event: IncomingEvent) {
    await take(deps, event);
    const { id } = await store().db.selectFrom('entries').select('id').orderBy('created_at', 'desc').executeTakeFirstOrThrow();
    await turn(deps, id);
    return store()
      .db.selectFrom('verdicts')
      .innerJoin('messages', 'messages.id', 'verdicts.message_id')
      .selectAll('verdicts')
      .where('messages.entry_id', '=', id)
      .orderBy('seq')
      .execute();
  }
});

async function insertMessage(store: Parameters<typeof resetTables>[0], row: Record<string, unknown>): Promise<void> {
  const full = {
    channel: 'email',
    class: 'marketing',
    origin: 'journey',
    template: 't',
    priority: 50,
    state: 'accepted',
    slot_at: row['accepted_at'],
    deadline_at: row['accepted_at'],
    created_at: row['accepted_at'],
    updated_at: row['accepted_at'],
    ...row,
  };
  const names = Object.keys(full).map((name) => sql.ref(name));
  await sql`insert into messages (${sql.join(names)}) values (${sql.join(Object.values(full))})`.execute(store.db);
}
