import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { readBudgets } from '../../src/app/keys/read-budgets.js';
import { checkSend } from '../../src/app/messages/check-send.js';
import { readNotices } from '../../src/app/upkeep/read-notices.js';
import { hour, minute } from '../../src/domain/time/instant.js';
import { parseShop } from '../../src/project/shop.js';
import { turn } from '../support/reminded.js';
import { shop } from '../support/shop.js';
import { identify, noon, track } from '../support/shop-events.js';
import { openMemoryStore, resetTables } from '../support/stores.js';
import { cartJourney, publish, send, type TurnDeps, take, turnDeps } from '../support/turns.js';

/** Issue 10, A 6: whoever can make a shop send texts sends them to numbers that pay their owner. */
describe('texts go', () => {
  let opened: Awaited<ReturnType<typeof openMemoryStore>>;
  beforeAll(async () => {
    opened = await openMemoryStore();
  });
  afterAll(() => opened.dispose());
  beforeEach(async () => {
    await resetTables(opened.store);
    const steps = Object.fromEntries([send('first', null, { channel: 'sms', template: 'cart-text' })].map((step) => [step.id, step]));
    await publish(opened.store, cartJourney({ steps }));
  });

  const inShop = (texts: { readonly countries: readonly string[]; readonly perHour: number }): TurnDeps =>
    turnDeps(opened.store, { shop: { ...shop, texts } });

  async function sign(deps: TurnDeps, phones: readonly string[]): Promise<void> {
    for (const [n, phone] of phones.entries()) {
      const who = { userId: `u-${phone}-${n}` };
      await take(
        deps,
        identify({ phone, timezone: 'Europe/London' }, who),
        track('Consent Granted', { channel: 'sms', topic: 'cart_reminder', method: 'form', source: 'test' }, who),
        track('Product Added', { cart_id: `c-${phone}-${n}`, product_id: 'p', name: 'Mug', price: 3, currency: 'GBP' }, who),
      );
    }
  }

  const turnAll = async (deps: TurnDeps) => {
    const { clock } = deps;
    const due = await opened.store.db
      .selectFrom('entries')
      .select('id')
      .where('state', '<>', 'finished')
      .where('due_at', '<=', clock.now())
      .orderBy('created_at')
      .execute();
    for (const { id } of due) await turn(deps, id);
  };
  const verdicts = async () =>
    (await opened.store.db.selectFrom('verdicts').select(['decision', 'reason', 'detail']).orderBy('seq').execute()).map((one) => ({
      ...one,
      detail: one.detail as { readonly code?: string; readonly rule?: string },
    }));

  test('to the countries of shop.yaml and nowhere else, also where a country shares its code', async () => {
    const deps = inShop({ countries: ['GB'], perHour: 100 });
    // Latvia, Jersey (+44), the Dominican Republic and Jamaica (+1), Tunisia, and a satellite.
    const elsewhere = ['+37120000000', '+447797712345', '+18092345678', '+18762101234', '+21620123456', '+881612345678'];
    await sign(deps, ['+447400123456', ...elsewhere]);
    deps.clock.set(noon + hour);
    await turnAll(deps);
    expect(deps.providers.sms.submitted.map(({ to }) => to)).toEqual(['+447400123456']);
    const refused = (await verdicts()).filter(({ decision }) => decision === 'skip');
    expect(refused).toHaveLength(elsewhere.length);
    for (const { reason, detail } of refused) {
      expect(reason).toBe('unreachable');
      expect(['country-not-served', 'not-mobile', 'invalid-address']).toContain(detail.code);
    }
    expect(refused.filter(({ detail }) => detail.code === 'country-not-served').length).toBeGreaterThanOrEqual(3);
  });

  test('to its own country where shop.yaml names none', () => {
    const source = `name: A\nbrand: A\ntime_zone: Europe/Berlin\ncountry: DE\nlocale: de-DE\nlocales: [de]\ncurrency: EUR\npostal_address: [a, b]\nsite_url: https://a.example\nsupport: { url: https://a.example, email: a@a.example }\ncart_link: https://a.example/{{token}}\nemail_from: { default: { name: A, address: a@a.example } }\nsms_sender: { default: A }\n`;
    expect(parseShop(source)).toMatchObject({ kind: 'ok', shop: { texts: { countries: ['DE'], perHour: 2000 } } });
    for (const wrong of ['countries: []', 'countries: [gb]', 'countries: [Germany]', 'per_hour: 0', 'per_hour: many'])
      expect(parseShop(`${source}texts: { ${wrong} }\n`).kind).toBe('invalid');
  });

  test('no more than the budget of the country within an hour; what is more waits, and no other country waits with it', async () => {
    const deps = inShop({ countries: ['GB', 'FR'], perHour: 3 });
    await sign(deps, [...Array.from({ length: 6 }, (_, n) => `+44740012345${n}`), '+33612345678']);
    deps.clock.set(noon + hour);
    await turnAll(deps);
    expect(deps.providers.sms.submitted.map(({ to }) => to).filter((to) => to.startsWith('+44'))).toHaveLength(3);
    expect(deps.providers.sms.submitted.map(({ to }) => to)).toContain('+33612345678');
    expect((await verdicts()).filter(({ decision }) => decision === 'defer').map(({ detail }) => detail.rule)).toEqual([
      'texts-per-hour-GB',
      'texts-per-hour-GB',
      'texts-per-hour-GB',
    ]);
    for (let passed = 0; passed < 7; passed += 1) {
      deps.clock.pass(10 * minute);
      await turnAll(deps);
    }
    expect(deps.providers.sms.submitted).toHaveLength(7);
  });

  test('with an alarm, once an hour of each country, and a sentence for the person on call', async () => {
    const deps = inShop({ countries: ['GB', 'FR'], perHour: 1 });
    const alarm = vi.fn<(code: string) => void>();
    Object.assign(deps.metrics, { alarm });
    await sign(deps, ['+447400123451', '+447400123452', '+447400123453', '+33612345678']);
    deps.clock.set(noon + hour);
    await turnAll(deps);
    expect(alarm.mock.calls).toEqual([['texts-budget']]);
    expect(await readBudgets(deps)).toEqual([
      { what: 'texts', whose: { country: 'GB' }, used: 1, limit: 1 },
      { what: 'texts', whose: { country: 'FR' }, used: 1, limit: 1 },
    ]);
    const notices = (await readNotices(deps, [])).filter(({ code }) => code === 'texts-budget');
    expect(notices.map(({ sentence }) => sentence)).toEqual([
      expect.stringMatching(/^1 text went to GB within an hour, which is the budget \(1\): what is more waits\./),
      expect.stringMatching(/^1 text went to FR/),
    ]);
    deps.clock.pass(hour + 1);
    expect((await readNotices(deps, [])).filter(({ code }) => code === 'texts-budget')).toEqual([]);
  });

  test('as whoever asks the gate is told before', async () => {
    const deps = inShop({ countries: ['GB'], perHour: 3 });
    await sign(deps, ['+37120000000']);
    const { profile_id: profileId } = await opened.store.db.selectFrom('identities').select('profile_id').executeTakeFirstOrThrow();
    const check = { to: { profileId }, channel: 'sms', topic: 'cart_reminder', class: 'marketing', priority: null, at: null } as const;
    expect(await checkSend(deps, check)).toMatchObject({ decision: 'skip', reason: 'unreachable' });
  });
});
