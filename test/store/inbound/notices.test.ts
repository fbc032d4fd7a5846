import { beforeEach, expect, test } from 'vitest';
import { pauseJourney, pauseSending } from '../../../src/app/journeys/control-journeys.js';
import { readBudgets } from '../../../src/app/keys/read-budgets.js';
import { readNotices } from '../../../src/app/upkeep/read-notices.js';
import { createSmtpProvider } from '../../../src/channels/email/providers/smtp.js';
import { hour } from '../../../src/domain/time/instant.js';
import { startMailbox } from '../../../src/embedded/mailbox/mailbox.js';
import { providerParts, watchGauges } from '../../../src/instance/health.js';
import { ProviderWatch } from '../../../src/instance/provider-watch.js';
import { runLoops } from '../../../src/instance/run-loops.js';
import { createMetrics } from '../../../src/metrics.js';
import { freePort } from '../../../src/temporal/free-port.js';
import { silentLog } from '../../support/log.js';
import { track } from '../../support/shop-events.js';
import { describeOnBothStores, resetTables } from '../../support/stores.js';
import { cartJourney, publish, take, turnDeps } from '../../support/turns.js';
import { eventually } from '../../support/watching.js';

describeOnBothStores('health', (store) => {
  beforeEach(() => resetTables(store()));

  const codes = async (local: readonly ('email' | 'sms')[] = []) => (await readNotices(turnDeps(store()), local)).map(({ code }) => code);

  test('an instance that does what is wanted of it has nothing to say', async () => {
    await publish(store(), cartJourney());
    expect(await codes()).toEqual([]);
  });

  test('no live journey is a sentence, also when the only one is paused', async () => {
    expect(await codes()).toEqual(['no-journey-live']);
    await publish(store(), cartJourney());
    await pauseJourney(turnDeps(store()), 'cart');
    expect(await codes()).toEqual(['no-journey-live']);
  });

  test('a forgotten pause says since when and how it ends', async () => {
    await publish(store(), cartJourney());
    const deps = turnDeps(store());
    await pauseSending(deps, 'all');
    await pauseSending(deps, 'sms');
    deps.clock.pass(26 * hour);
    expect(await readNotices(deps, [])).toEqual([
      { code: 'sending-paused', sentence: 'All sending is paused, for 26 hours: sojourn resume --all.' },
      { code: 'sending-paused', sentence: 'Sending by sms is paused, for 26 hours: sojourn resume --channel sms.' },
    ]);
  });

  test('texts that stay here and dead letters are sentences and gauges', async () => {
    const deps = turnDeps(store());
    await store()
      .db.insertInto('dead_letters')
      .values({
        id: 'd1',

        source: 'segment',
        reason: 'unreadable',
        detail: '',
        payload: '{}',
        received_at: 1,
        retried_at: null,
        resolved_at: null,
      })
      .execute();
    const notices = () => readNotices(deps, ['sms']);
    expect((await notices()).map(({ code }) => code)).toEqual(['no-journey-live', 'texts-stay-here', 'dead-letters']);

    const metrics = createMetrics();
    watchGauges(metrics, store(), {
      shop: null,
      notices,
      budgets: () => readBudgets(deps),
      providers: new ProviderWatch({ store: store(), log: silentLog }),
      clock: deps.clock,
    });
    const text = await metrics.registry.metrics();
    expect(text).toContain('sojourn_notice{code="texts-stay-here"} 1');
    expect(text).toContain('sojourn_notice{code="sending-paused"} 0');
  });

  test('entries that do not move say how many', async () => {
    const deps = turnDeps(store());
    await publish(store(), cartJourney());
    await take(deps, track('Product Added', { cart_id: 'c1', product_id: 'p1', name: 'Mug', price: 30, currency: 'GBP' }));
    expect(await codes()).toEqual([]);
    await store().db.updateTable('entries').set({ poke_real: 1 }).execute();
    expect(await readNotices(deps, [])).toEqual([
      {
        code: 'turns-failing',
        sentence: 'One entry has been due for more than two minutes without moving: sojourn stuck list, and the log.',
      },
    ]);
  });

  test('an SMTP host that goes down and comes back is told within seconds, without a mail being sent, and by its words', async () => {
    const port = await freePort();
    const watch = new ProviderWatch({ store: store(), log: silentLog });
    const provider = watch.watch('email', createSmtpProvider({ url: `smtp://127.0.0.1:${port}`, dkim: null }));
    const part = async () => (await providerParts(watch)).find(({ name }) => name === 'email');
    const stop = runLoops([{ name: 'providers', everyMs: 1_000, work: () => watch.look(), failure: 'It could not look.' }], {
      log: silentLog,
    });
    try {
      expect(await eventually('it is called down', async () => ((await part())?.state === 'down' ? part() : null), 10_000)).toMatchObject({
        detail: expect.stringContaining(`127.0.0.1:${port} cannot be reached (ECONNREFUSED)`),
      });
      const outcome = await provider.submit(mail, { deadlineMs: 5_000 });
      expect(outcome).toMatchObject({ kind: 'not-sent', said: { host: `127.0.0.1:${port}` } });

      const mailbox = await startMailbox({ smtpPort: port, httpPort: 0 });
      try {
        await eventually('it is called up', async () => (await part())?.state === 'up', 10_000);
        await provider.submit(mail, { deadlineMs: 5_000 });
        await eventually('its last success is told', async () => (await part())?.detail?.includes('the last success at'), 10_000);
      } finally {
        await mailbox.close();
      }
    } finally {
      await stop();
      await provider.close();
    }
  });
});

const mail = {
  kind: 'email',
  messageId: 'm1',
  from: { name: 'Shop', address: 'shop@shop.example' },
  to: { name: 'Ada', address: 'ada@example.test' },
  replyTo: null,
  subject: 'Hello',
  html: '<p>Hello</p>',
  text: 'Hello',
  unsubscribeUrl: null,
  listId: null,
} as const;
