import { afterAll, beforeAll, expect, test } from 'vitest';
import { takeTurn } from '../../../src/app/turn/take-turn.js';
import { signLink } from '../../../src/domain/keys/link-token.js';
import { day, hour } from '../../../src/domain/time/instant.js';
import { opset } from '../../../workflows/contract.js';
import { type HostileKind, type HostileValue, hostileKinds, hostileValues, Verbatim } from '../../support/hostile-corpus.js';
import { faultsOfMail, openHostileShop } from '../../support/hostile-shop.js';
import { noon } from '../../support/shop-events.js';
import { describeOnBothStores } from '../../support/stores.js';

/** Somebody who has one value of each of some kinds, everywhere where such a value may stand. */
type Bearer = Readonly<Partial<Record<HostileKind, HostileValue>>>;

/** Kinds that can be had together: none keeps the message of another from leaving. */
const together: readonly (readonly HostileKind[])[] = [
  ['zones', 'names', 'numbers', 'dates', 'urls', 'locales', 'countries'],
  ['emails', 'phones'],
  ['ids'],
];

function bearers(everyNth: number): readonly Bearer[] {
  return together.flatMap((kinds) => {
    const values = Object.fromEntries(kinds.map((kind) => [kind, hostileValues(kind)])) as Partial<
      Record<HostileKind, readonly HostileValue[]>
    >;
    const most = Math.max(...kinds.map((kind) => values[kind]?.length ?? 0));
    return Array.from({ length: most }, (_, n): Bearer => Object.fromEntries(kinds.map((kind) => [kind, values[kind]?.[n]]))).filter(
      (_, n) => n % everyNth === 0,
    );
  });
}

test('the corpus has every kind', () => {
  expect(together.flat().toSorted()).toEqual(hostileKinds.toSorted());
  for (const kind of hostileKinds) expect(hostileValues(kind).length).toBeGreaterThan(50);
});

describeOnBothStores('hostile values', (store) => {
  let shop: Awaited<ReturnType<typeof openHostileShop>>;
  let people: readonly Bearer[] = [];
  /** What went wrong, with the values in sight. */
  const faults: string[] = [];
  const blame = (n: number, what: string): void => {
    const { ...values } = people[n];
    faults.push(
      `${what}: ${Object.values(values)
        .map((one) => `${one?.kind} ${one?.json.slice(0, 60)}`)
        .join(', ')}`,
    );
  };
  beforeAll(async () => {
    shop = await openHostileShop(store());
    people = bearers(store().kind === 'pglite' ? 1 : 6);
    shop.deps.clock.set(noon);
  }, 120_000);
  afterAll(() => shop.server.close());

  test('are taken, and nothing throws on the way to the last message', async () => {
    for (const [n, bearer] of people.entries()) if ((await shop.batch(eventsOf(n, bearer))) !== 200) blame(n, 'not taken');
    for (const at of [noon + hour, noon + 2 * day, noon + 2 * day + hour]) {
      shop.deps.clock.set(at);
      const due = await store()
        .db.selectFrom('entries')
        .select(['id', 'profile_id'])
        .where('state', '<>', 'finished')
        .where('due_at', '<=', at)
        .execute();
      for (const { id, profile_id } of due)
        await takeTurn(shop.deps, { v: 1, entryId: id, opset }, 'inline').catch((error: unknown) =>
          faults.push(`a turn of ${profile_id} threw ${error instanceof Error ? error.stack?.slice(0, 400) : ''}`),
        );
    }
    expect(faults.splice(0)).toEqual([]);
    expect(await store().db.selectFrom('entries').select(['id', 'fault']).where('fault', 'is not', null).execute()).toEqual([]);
    expect(shop.deps.providers.email.submitted.length, 'most of them get a mail').toBeGreaterThan(people.length / 2);
    expect(shop.deps.providers.sms.submitted.length, 'and many a text').toBeGreaterThan(people.length / 4);
  }, 300_000);

  test('come out in mails that can be parsed and say no words of programs, and in texts', async () => {
    const sent = [...shop.deps.providers.email.submitted];
    expect(new Set(sent.map(({ messageId }) => messageId)).size, 'nothing leaves twice').toBe(sent.length);
    for (const mail of sent)
      for (const fault of await faultsOfMail(mail, '')) faults.push(`${fault}: to ${mail.to.address}, “${mail.subject.slice(0, 80)}”`);
    for (const { body } of shop.deps.providers.sms.submitted)
      if (/[\p{Cc}\p{Cs}\u202a-\u202e]/u.test(body.replaceAll('\n', '')) || body.trim() === '' || /undefined|\[object/.test(body))
        faults.push(body);
    expect(faults.splice(0)).toEqual([]);
  }, 120_000);

  test('are kept, or their loss is named', async () => {
    for (const [n, bearer] of people.entries()) {
      const { letters, readings, notes, identities, lines } = await kept(n);
      const named = (what: string): boolean => notes.some((note) => note.startsWith(what)) || letters.length > 0;
      const expectNamed = (isNamed: boolean, kind: HostileKind): void =>
        isNamed ? undefined : blame(n, `the loss of one of ${kind} is not named`);
      const isUnread = (trait: string): boolean => readings.some((one) => one.trait === trait && one.kept === null);
      for (const [kind, trait] of traitsOf) if (isUnread(trait)) expectNamed(named(`unreadable:traits.${trait}`), kind);
      if (isUnread('email')) expectNamed(named('invalid-email'), 'emails');
      if (isUnread('phone')) expectNamed(named('invalid-phone'), 'phones');
      const price = lines.find(({ productId }) => productId === `mug-${n}`)?.price ?? null;
      if (saysSomething(bearer.numbers) && price === null) expectNamed(named('unreadable:price'), 'numbers');
      if (saysSomething(bearer.urls) && lines.every(({ productId, url }) => productId !== `mug-${n}` || url === null))
        expectNamed(named('unreadable:url'), 'urls');
      if (saysSomething(bearer.ids) && !identities.some((value) => value !== `person-${n}` && value !== `visitor-${n}`))
        expectNamed(named('placeholder'), 'ids');
    }
    expect(faults.splice(0)).toEqual([]);
  });

  test('open every page and answer every question', async () => {
    const messages = await store().db.selectFrom('messages').select(['id', 'profile_id']).where('state', '=', 'accepted').execute();
    const seen = new Set<string>();
    for (const { id, profile_id } of messages) {
      if (seen.has(profile_id)) continue;
      seen.add(profile_id);
      const link = (purpose: Parameters<typeof signLink>[1]['purpose']) => signLink(shop.deps.secret, { purpose, id });
      for (const [url, form] of [
        [`/c/${link('cart')}`],
        [`/u/${link('unsubscribe')}`],
        [`/p/${link('preferences')}`],
        [`/p/${link('preferences')}`, 'save=choice&email.cart_reminder=on&firstName=%00x&birthday=31.2.1990&lang=xx'],
      ] as const) {
        const answer = await shop.page(url, form);
        if (answer.statusCode >= 500) faults.push(`${url.slice(0, 3)} of ${profile_id} answers ${answer.statusCode}`);
        if (/undefined|\[object /.test(answer.body)) faults.push(`${url.slice(0, 3)} of ${profile_id} says words of a program`);
      }
      await ask('GET', `/v1/messages/${id}`);
    }
    const profiles = await store().db.selectFrom('profiles').select('id').where('merged_into', 'is', null).execute();
    let count = 0;
    for (const { id } of profiles) {
      const more = (count += 1) % 4 === 0 ? ['/engagement', '/consents', '/carts', '/export'] : [];
      for (const path of ['', '/caps', ...more]) await ask('GET', `/v1/profiles/${id}${path}`);
      const channel = count % 2 === 0 ? 'email' : 'sms';
      await ask('POST', '/v1/send-checks', { to: { profileId: id }, channel, topic: 'cart_reminder', class: 'marketing' });
      await ask('GET', `/v1/entries?profileId=${id}`);
    }
    for (const { id } of await store().db.selectFrom('dead_letters').select('id').execute()) await ask('GET', `/v1/dead-letters/${id}`);
    expect(faults.splice(0)).toEqual([]);
    for (const { id } of profiles.slice(0, 30)) await ask('DELETE', `/v1/profiles/${id}`);
    expect(faults.splice(0)).toEqual([]);
  }, 300_000);

  /** What became of somebody's events. */
  async function kept(n: number) {
    const { db } = store();
    const events = await db.selectFrom('events').select(['profile_id', 'matched']).where('message_id', 'like', `hostile-${n}-%`).execute();
    const dead = await db.selectFrom('dead_letters').selectAll().execute();
    const shown = await shop.call('GET', `/v1/profiles/${events[0]?.profile_id}`);
    const profile = shown.body as unknown as ShownProfile;
    return {
      letters: dead.filter(({ payload }) => JSON.stringify(payload).match(new RegExp(`visitor-${n}\\b`)) !== null),
      readings: profile.readings,
      identities: profile.identities.map(({ value }) => value),
      lines: profile.carts.flatMap((cart) => cart.lines),
      notes: events.flatMap(({ matched }) =>
        (matched as { readonly result: string; readonly reason: string }[]).flatMap(({ result, reason }) =>
          result === 'note' ? [reason] : [],
        ),
      ),
    };
  }

  async function ask(method: 'GET' | 'POST' | 'DELETE', url: string, body?: object): Promise<void> {
    const { status } = await shop.call(method, url, body);
    if (status >= 400) faults.push(`${method} ${url} answers ${status}`);
  }
});

interface ShownProfile {
  readonly readings: readonly { readonly trait: string; readonly kept: string | null }[];
  readonly identities: readonly { readonly value: string }[];
  readonly carts: readonly {
    readonly lines: readonly { readonly productId: string; readonly price: number | null; readonly url: string | null }[];
  }[];
}

const traitsOf: readonly (readonly [HostileKind, string])[] = [
  ['zones', 'timezone'],
  ['locales', 'locale'],
  ['locales', 'language'],
  ['countries', 'country'],
  ['names', 'firstName'],
];

/** Nothing, and text without anything in it, can be left out without a word. */
function saysSomething(of: HostileValue | undefined): boolean {
  return of !== undefined && of.value !== null && !(typeof of.value === 'string' && of.value.trim() === '');
}

/** What their client sends: who they are, what they agree to, a cart, and some things beside. Those at the end may be lost, with a name. */
function eventsOf(n: number, of: Bearer): readonly object[] {
  const put = (kind: HostileKind): Verbatim | undefined => (of[kind] === undefined ? undefined : new Verbatim(of[kind].json));
  const anonymousId = `visitor-${n}`;
  let count = 0;
  const event = (type: string, more: object): object => ({
    type,
    messageId: `hostile-${n}-${++count}`,
    anonymousId,
    timestamp: new Date(noon).toISOString(),
    ...more,
  });
  const track = (name: string, properties: object, more: object = {}): object => event('track', { event: name, properties, ...more });
  const context = { timezone: put('zones'), locale: put('locales'), page: { url: put('urls'), referrer: put('urls') } };
  const product = {
    product_id: put('ids') ?? `mug-${n}`,
    name: put('names') ?? 'Mug',
    variant: put('names'),
    price: put('numbers') ?? 30,
    quantity: 1,
    currency: put('countries') ?? 'GBP',
    url: put('urls'),
    image_url: put('urls'),
  };
  return [
    event('identify', {
      context,
      traits: {
        email: put('emails') ?? `person-${n}@example.test`,
        phone: put('phones') ?? `+4479111${String(10_000 + n)}`,
        firstName: put('names'),
        lastName: put('names'),
        nickname: put('names'),
        timezone: put('zones'),
        locale: put('locales'),
        language: put('locales'),
        country: put('countries'),
        address: { country: put('countries'), state: put('names') },
        birthday: put('dates'),
        points: put('numbers'),
        link: put('urls'),
      },
    }),
    track('Consent Granted', { channel: 'email', method: 'form', source: 'test' }),
    track('Consent Granted', { channel: 'sms', topic: 'cart_reminder', method: 'form', source: 'test' }),
    track('Product Added', { cart_id: `cart-${n}`, ...product }, { context }),
    track('Cart Viewed', {
      cart_id: `cart-${n}`,
      products: [{ product_id: `pot-${n}`, name: 'Pot', price: 20, currency: 'GBP', quantity: put('numbers') }, product],
    }),
    track('Product Viewed', product, { timestamp: put('dates'), sentAt: put('dates') }),
    event('page', { name: put('names'), timestamp: put('dates'), properties: { url: put('urls') } }),
    event('identify', { userId: put('ids') ?? `person-${n}`, traits: { note: put('names') } }),
    track('Product Added', { cart_id: put('ids') ?? `cart-${n}`, ...product }, { messageId: put('ids') ?? `hostile-${n}-own` }),
    track('Order Updated', {
      order_id: put('ids') ?? `order-${n}`,
      total: put('numbers'),
      revenue: put('numbers'),
      currency: put('countries'),
    }),
    event('alias', { userId: `person-${n}`, previousId: put('ids') ?? anonymousId }),
    event('group', { groupId: put('ids') ?? 'group', traits: { name: put('names') } }),
  ];
}
