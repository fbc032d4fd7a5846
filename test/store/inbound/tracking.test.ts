import { sql } from 'kysely';
import { beforeEach, expect, test } from 'vitest';
import { reportJourney } from '../../../src/app/journeys/journey-report.js';
import { explainMessage } from '../../../src/app/messages/explain-message.js';
import { settlePendingInteractions } from '../../../src/app/messages/record-interaction.js';
import { eraseProfile } from '../../../src/app/people/erase-profile.js';
import { mergeProfiles } from '../../../src/app/people/merge-profiles.js';
import { parseEngagement } from '../../../src/domain/engagement/state.js';
import type { AttemptOutcome } from '../../../src/domain/messages/message.js';
import type { RenderContext } from '../../../src/domain/messages/rendering.js';
import { day, hour, minute, second } from '../../../src/domain/time/instant.js';
import type { ProfileId } from '../../../src/domain/values/ids.js';
import type { JourneyDefinition, Step } from '../../../src/journey/definition.js';
import { lockCanonical } from '../../../src/store/profiles.js';
import { testApi } from '../../support/api.js';
import { shippedPolicies } from '../../support/policies.js';
import { turn } from '../../support/reminded.js';
import { shop } from '../../support/shop.js';
import { identify, noon, track } from '../../support/shop-events.js';
import { describeOnBothStores, resetTables } from '../../support/stores.js';
import { cartJourney, publish, send, type TurnDeps, take, turnDeps, waitStep } from '../../support/turns.js';

const browser = 'Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 Version/19.1 Mobile/15E148 Safari/604.1';

/** What a template makes of it: three products, the cart, a way out. */
function page({ links, cart }: RenderContext): string {
  const products = [1, 2, 3].map((n) => `<a href="https://willow-and-wren.example/p/${n}?from=mail&amp;n=${n}">Product ${n}</a>`);
  return `<html><body>${products.join('')}<a href="${cart?.url ?? ''}">Cart</a><a href="${links.unsubscribe}">Leave</a><a href="${links.preferences}">Choose</a></body></html>`;
}

describeOnBothStores('opens and clicks', (store) => {
  beforeEach(() => resetTables(store()));

  /** Ada, who may be tracked or not, got a reminder of her cart. */
  async function mailed(
    traits: Readonly<Record<string, unknown>> = { tracking_allowed: true },
    { journey = cartJourney(), answers = [] }: { readonly journey?: JourneyDefinition; readonly answers?: readonly AttemptOutcome[] } = {},
  ) {
    const deps = turnDeps(store(), {
      renderer: {
        render: async (_template, _version, context) => ({
          kind: 'email',
          subject: 'Still there',
          html: page(context),
          text: `Leave: ${context.links.unsubscribe}\nCart: ${context.cart?.url ?? ''}`,
          locale: 'en',
          contentHash: 'hash',
          templateVersion: 1,
          atMostOnce: false,
        }),
      },
    });
    await publish(store(), journey);
    await take(
      deps,
      identify({ email: 'ada@example.test', ...traits }),
      track('Consent Granted', { channel: 'email', topic: 'marketing', method: 'form', source: 'test' }),
      track('Product Added', { cart_id: 'c1', product_id: 'p1', name: 'Mug', price: 30, currency: 'GBP' }),
    );
    deps.clock.set(noon + hour);
    const { id: entryId, profile_id: profileId } = await store()
      .db.selectFrom('entries')
      .select(['id', 'profile_id'])
      .executeTakeFirstOrThrow();
    deps.providers.email.answers.push(...answers);
    await turn(deps, entryId);
    const [email] = deps.providers.email.submitted;
    if (email === undefined) throw new Error('No email left.');
    const { server } = await testApi(deps);
    const visit = (url: string, method: 'GET' | 'HEAD' = 'GET', headers: Readonly<Record<string, string>> = { 'user-agent': browser }) =>
      server.inject({ method, url: url.replace(deps.publicUrl, ''), headers });
    return { deps, entryId, profileId, email, visit, addresses: addressesIn(email.html) };
  }
  const addressesIn = (html: string): readonly string[] =>
    [...html.matchAll(/(?:href|src)="([^"]+)"/g)].map(([, address]) => address ?? '');
  const linkTo = (addresses: readonly string[], number: number): string => addresses.find((one) => one.includes(`/l/${number}.`)) ?? '';
  const interactions = () =>
    store().db.selectFrom('interactions').select(['kind', 'link', 'verdict', 'reason', 'at']).orderBy('seq').execute();
  const facts = async () =>
    (await store().db.selectFrom('facts').select('name').where('name', 'like', 'message.%').execute()).map(({ name }) => name);
  const engagement = async () =>
    parseEngagement(
      (await store().db.selectFrom('profiles').select('engagement').where('merged_into', 'is', null).executeTakeFirstOrThrow()).engagement,
    );
  const settle = async (deps: TurnDeps, after = 3 * second) => {
    deps.clock.pass(after);
    return settlePendingInteractions(deps);
  };

  test('lead to the very addresses of the message, by number; what is no link of ours leads nowhere', async () => {
    const { email, visit, addresses, deps } = await mailed();
    deps.clock.pass(minute);
    const stored = await store().db.selectFrom('messages').select('links').executeTakeFirstOrThrow();
    expect(stored.links).toEqual([
      shop.siteUrl,
      ...[1, 2, 3].map((n) => `https://willow-and-wren.example/p/${n}?from=mail&n=${n}`),
      expect.stringMatching(/^https:\/\/shop\.example\/c\/1c/),
    ]);
    for (const [number, address] of (stored.links ?? []).entries()) {
      const answer = await visit(linkTo(addresses, number));
      expect([answer.statusCode, answer.headers.location]).toEqual([302, address]);
    }
    expect(email.html).toMatch(/href="https:\/\/shop\.example\/u\/1u[^"]+">Leave/);
    expect(email.text).toMatch(/^Leave: https:\/\/shop\.example\/u\/1u\S+\nCart: https:\/\/shop\.example\/l\/4\.\S+$/);

    const link = linkTo(addresses, 1);
    const known = (await interactions()).length;
    for (const forged of [
      link.replace('/l/1.', '/l/2.'),
      link.replace('/l/1.', '/l/99.'),
      `${link}x`,
      `${deps.publicUrl}/l/https:%2F%2Fevil.example`,
    ]) {
      const answer = await visit(forged, 'GET', { 'user-agent': browser, 'accept-language': 'de' });
      expect([answer.statusCode, answer.headers.location, answer.body.includes('Zu Willow')]).toEqual([404, undefined, true]);
    }
    expect(await interactions()).toHaveLength(known);
  });

  test('of a slow machine are found out by the fourth link, and what the person was given for them is taken back', async () => {
    const { deps, visit, addresses } = await mailed();
    deps.clock.pass(minute);
    const before = await engagement();
    for (const number of [1, 2, 3]) {
      await visit(linkTo(addresses, number));
      await settle(deps);
    }
    const given = await engagement();
    expect([given.sums.human_click?.value, given.engagedAt]).toEqual([1, noon + hour + minute]);

    await visit(linkTo(addresses, 4));
    expect((await interactions()).map(({ verdict, reason }) => [verdict, reason])).toEqual([1, 2, 3, 4].map(() => ['machine', 'sweep']));
    const after = await engagement();
    expect(after.sums.human_click?.value).toBeCloseTo(0);
    expect({ ...after, sums: {} }).toEqual({ ...before, sums: {} });
    expect(await settle(deps)).toBe(0);
  });

  test('keep what a person did earlier on the same day, and what they do once the machine is gone', async () => {
    const { deps, visit, addresses } = await mailed();
    deps.clock.pass(minute);
    await visit(linkTo(addresses, 1));
    await settle(deps, 5 * minute);
    const own = await engagement();
    for (const number of [1, 2, 3, 4]) {
      await visit(linkTo(addresses, number));
      await settle(deps);
    }
    expect((await interactions()).map(({ verdict }) => verdict)).toEqual(['human', 'machine', 'machine', 'machine', 'machine']);
    expect(await engagement()).toEqual(own);
    deps.clock.pass(day);
    await visit(linkTo(addresses, 2));
    await settle(deps);
    expect((await engagement()).sums.human_click?.value).toBeGreaterThan(own.sums.human_click?.value ?? 0);
  });

  test('of a message whose hidden link was followed count never again, and what they gave goes back', async () => {
    const { deps, visit, addresses } = await mailed();
    deps.clock.pass(minute);
    const before = await engagement();
    await visit(linkTo(addresses, 1));
    await settle(deps, hour);
    await visit(linkTo(addresses, 0));
    for (const pause of [10 * second, hour]) {
      deps.clock.pass(pause);
      await visit(linkTo(addresses, 2));
    }
    await settle(deps);
    expect(new Set((await interactions()).map(({ reason }) => reason))).toEqual(new Set(['hidden-link']));
    expect({ ...(await engagement()), sums: {} }).toEqual({ ...before, sums: {} });
  });

  test('the picture is the same for every token, sets nothing and is kept nowhere', async () => {
    const { visit, addresses } = await mailed();
    const picture = addresses.find((address) => address.endsWith('.gif')) ?? '';
    const answers = await Promise.all(
      [picture, picture.replace(/\.[^.]+\.gif$/, '.AAAAAAAAAAA.gif'), '/o/nothing'].map((url) => visit(url)),
    );
    for (const answer of answers) {
      expect(answer.statusCode).toBe(200);
      expect(answer.headers).toMatchObject({ 'content-type': 'image/gif', 'cache-control': 'no-store' });
      expect(answer.headers['set-cookie']).toBeUndefined();
      expect(answer.rawPayload.equals(answers[0]?.rawPayload ?? Buffer.alloc(0))).toBe(true);
    }
    expect(await interactions()).toMatchObject([{ kind: 'open', verdict: 'machine', reason: 'too-soon' }]);
  });

  test.each([
    ['somebody in the United Kingdom who was not asked', { country: 'GB' }],
    ['somebody of whom nothing is known', {}],
    ['somebody who said no, wherever they are', { country: 'US', tracking_allowed: false }],
  ])('are not recorded of %s', async (_who, traits) => {
    const { addresses } = await mailed(traits);
    expect(addresses.filter((address) => /\/[lo]\//.test(address))).toEqual([]);
    expect(await store().db.selectFrom('messages').select('links').executeTakeFirstOrThrow()).toEqual({ links: null });
  });

  test('a scanner that follows every link of the message at once is no person; a person who comes a minute later is', async () => {
    const { deps, visit, email, addresses } = await mailed();
    const consents = () => store().db.selectFrom('consents').select(['topic', 'state']).orderBy('seq').execute();
    const before = { consents: await consents(), engagement: await engagement() };
    const all = [...new Set([...addresses, ...(email.text.match(/https:\S+/g) ?? []), email.unsubscribeUrl ?? ''])];
    expect(all).toHaveLength(8);
    deps.clock.pass(minute);
    await Promise.all(all.flatMap((address) => [visit(address, 'HEAD'), visit(address), visit(address)]));
    expect(await settle(deps)).toBe(0);

    expect(new Set((await interactions()).map(({ verdict }) => verdict))).toEqual(new Set(['machine']));
    expect({ consents: await consents(), engagement: await engagement() }).toEqual(before);
    expect(await facts()).toEqual([]);
    expect((await reportJourney(deps, 'cart', { since: null, until: null }))?.steps).toMatchObject([{ tracked: 1, opened: 0, clicked: 0 }]);

    deps.clock.pass(minute);
    const clickedAt = deps.clock.now();
    await visit(linkTo(addresses, 2));
    expect(await settle(deps)).toBe(1);
    expect((await interactions()).filter(({ verdict }) => verdict === 'human')).toEqual([
      { kind: 'click', link: 2, verdict: 'human', reason: null, at: clickedAt },
    ]);
    expect((await engagement()).engagedAt).toBe(clickedAt);
    expect((await engagement()).sums.human_click?.value).toBe(1);
    expect(await facts()).toEqual(['message.clicked']);
    expect((await reportJourney(deps, 'cart', { since: null, until: null }))?.steps).toMatchObject([
      { step: 'first', sent: 1, tracked: 1, opened: 1, clicked: 1 },
    ]);
    const story = await explainMessage(deps, email.messageId);
    expect(story?.interactions.filter(({ verdict }) => verdict === 'human')).toMatchObject([{ kind: 'click', link: 2, reason: null }]);
  });

  test('an email whose first answer was lost leaves again byte by byte, with the same links', async () => {
    const { deps, entryId, email } = await mailed(undefined, { answers: [{ kind: 'unknown', code: 'deadline' }] });
    deps.clock.pass(minute);
    await turn(deps, entryId);
    expect(deps.providers.email.submitted).toHaveLength(2);
    expect(deps.providers.email.submitted[1]).toEqual(email);
    const message = await store().db.selectFrom('messages').select(['links', 'attempts']).executeTakeFirstOrThrow();
    expect([message.attempts, message.links?.length]).toEqual([2, 5]);
  });

  test('lead on, and are recorded no more, once the person takes consent back; once they are erased they lead nowhere', async () => {
    const { deps, visit, addresses, profileId } = await mailed();
    deps.clock.pass(minute);
    await visit(linkTo(addresses, 1));
    await take(deps, identify({ tracking_allowed: false }, { occurredAt: deps.clock.now() }));
    expect((await visit(linkTo(addresses, 1))).statusCode).toBe(302);
    expect(await interactions()).toHaveLength(1);

    await eraseProfile(deps, profileId);
    expect((await visit(linkTo(addresses, 1))).statusCode).toBe(404);
    expect(await interactions()).toEqual([]);
    expect(await settle(deps)).toBe(0);
  });

  test('a journey that asks whether a person clicked sees it as soon as it is sure', async () => {
    const steps = [
      send('first', 'wait'),
      waitStep('wait', 'split', hour),
      {
        kind: 'split',
        id: 'split',
        branches: [{ id: 'came', when: { kind: 'message', step: 'first', status: 'clicked' }, next: null }],
        next: 'second',
      } as unknown as Step,
      send('second', null),
    ];
    const journey = cartJourney({ steps: Object.fromEntries(steps.map((step) => [step.id, step])) });
    const { deps, visit, addresses, entryId } = await mailed(undefined, { journey });
    deps.clock.pass(hour - 3 * second);
    await visit(linkTo(addresses, 1));
    // Nobody has settled it: what is read an instant later takes it for a person's by its age.
    deps.clock.pass(3 * second);
    await turn(deps, entryId);
    expect(deps.providers.email.submitted).toHaveLength(1);
    expect((await store().db.selectFrom('trace').select('text').execute()).map(({ text }) => text)).toContain(
      'Takes came: the message of first was clicked.',
    );
  });

  test('an open alone brings nobody back who signed up long ago and was never heard of', async () => {
    const { deps, visit, addresses } = await mailed();
    const picture = addresses.find((address) => address.endsWith('.gif')) ?? '';
    await sql`update profiles set engagement = '{}'`.execute(store().db);
    await sql`update consents set occurred_at = ${noon - 181 * day}`.execute(store().db);
    deps.clock.pass(minute);
    await visit(picture);
    await settle(deps);
    expect((await interactions()).map(({ verdict }) => verdict)).toContain('human');
    expect((await engagement()).engagedAt).toBeNull();

    await sql`update consents set occurred_at = ${noon - 170 * day}`.execute(store().db);
    await visit(picture);
    await settle(deps);
    expect((await engagement()).engagedAt).toBeNull();
    deps.clock.pass(day);
    await visit(picture);
    await settle(deps);
    expect((await engagement()).engagedAt).not.toBeNull();
  });

  function waitsForClick(): JourneyDefinition {
    const steps = [
      send('first', 'until'),
      {
        kind: 'wait_until',
        id: 'until',
        branches: [{ id: 'clicked', event: 'message.clicked', match: 'profile', where: null, next: null }],
        timeoutMs: day,
        onTimeout: 'second',
        lookback: 'none',
        next: null,
      } as unknown as Step,
      send('second', null),
    ];
    return cartJourney({ steps: Object.fromEntries(steps.map((step) => [step.id, step])) });
  }

  test('a click that is settled while its person becomes another one is that one’s', async () => {
    const { deps, visit, addresses, entryId, profileId } = await mailed(undefined, { journey: waitsForClick() });
    await take(deps, track('Seen', {}, { userId: 'bea', occurredAt: deps.clock.now() }));
    const other = await store().db.selectFrom('profiles').select('id').where('id', '!=', profileId).executeTakeFirstOrThrow();
    deps.clock.pass(minute);
    await visit(linkTo(addresses, 1));

    let tellLocked = (): void => undefined;
    const locked = new Promise<void>((resolve) => (tellLocked = resolve));
    const merged = store().transaction(async (trx) => {
      const { profiles } = await lockCanonical(trx, [profileId, other.id] as ProfileId[]);
      const [from, into] = [profileId, other.id].map((id) => profiles.find((profile) => profile.id === id));
      if (from === undefined || into === undefined) throw new Error('expected two profiles');
      tellLocked();
      // On the server the click now waits for the lock, with the message in hand; embedded, for its turn.
      for (let looks = 0; looks < 20; looks += 1) {
        const { rows } = await sql`select 1 from pg_locks where not granted and pg_backend_pid() = any(pg_blocking_pids(pid))`.execute(trx);
        if (rows.length > 0) break;
        await new Promise((resolve) => setTimeout(resolve, 25));
      }
      await mergeProfiles(trx, from, into, deps.clock.now(), shippedPolicies().engagement);
    });
    await locked;
    const [settled] = await Promise.all([settle(deps), merged]);

    expect(settled).toBe(1);
    expect((await engagement()).sums.human_click?.value).toBe(1);
    const told = await store().db.selectFrom('facts').select(['name', 'profile_id']).where('name', '=', 'message.clicked').execute();
    expect(told).toEqual([{ name: 'message.clicked', profile_id: other.id }]);
    await turn(deps, entryId);
    expect(await store().db.selectFrom('entries').select('state').executeTakeFirstOrThrow()).toEqual({ state: 'finished' });
  });

  test('an entry that waits for a click is woken by a person’s', async () => {
    const { deps, visit, addresses, entryId } = await mailed(undefined, { journey: waitsForClick() });
    const pokeAt = async () =>
      (await store().db.selectFrom('entries').select('poke_real').where('id', '=', entryId).executeTakeFirstOrThrow()).poke_real;
    const before = await pokeAt();
    deps.clock.pass(minute);
    await visit(linkTo(addresses, 1), 'HEAD');
    await settle(deps);
    expect(await pokeAt()).toBe(before);

    await visit(linkTo(addresses, 1));
    await settle(deps);
    expect(await pokeAt()).not.toBe(before);
    await turn(deps, entryId);
    expect(await store().db.selectFrom('entries').select(['state', 'outcome']).executeTakeFirstOrThrow()).toEqual({
      state: 'finished',
      outcome: 'completed',
    });
    expect(deps.providers.email.submitted).toHaveLength(1);
  });
});
