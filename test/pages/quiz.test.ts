import { readFileSync } from 'node:fs';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { showAnswers } from '../../src/app/answers/show-answers.js';
import { publishDefinition } from '../../src/app/definitions/publish-definition.js';
import type { AppDeps } from '../../src/app/deps.js';
import { settleOneClicks } from '../../src/app/quiz/one-click.js';
import { fields as fieldKind } from '../../src/definitions/field/kind.js';
import { quizzes } from '../../src/definitions/quiz/kind.js';
import { signLink } from '../../src/domain/keys/link-token.js';
import { settleClickMs } from '../../src/domain/quiz/one-click.js';
import { day, minute, second } from '../../src/domain/time/instant.js';
import { readConsents } from '../../src/store/profiles-read.js';
import { testApi } from '../support/api.js';
import { postForm } from '../support/ask-page.js';
import { shippedFields } from '../support/fields.js';
import { reminded } from '../support/reminded.js';
import { openMemoryStore, resetTables } from '../support/stores.js';
import type { TurnDeps } from '../support/turns.js';

const fields = await shippedFields();
const browser = { 'user-agent': 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) Firefox/140.0' };

describe('quiz pages', () => {
  let opened: Awaited<ReturnType<typeof openMemoryStore>>;
  beforeAll(async () => {
    opened = await openMemoryStore();
  });
  afterAll(() => opened.dispose());
  beforeEach(() => resetTables(opened.store));

  async function ready(source = readFileSync('quizzes/gift-finder.quiz.yaml', 'utf8')) {
    const sent = await reminded(opened.store);
    const deps: TurnDeps = { ...sent.deps, fields: { current: () => fields } };
    expect(await publishDefinition(deps, fieldKind, { source: readFileSync('fields.yaml', 'utf8') })).toMatchObject({ kind: 'published' });
    expect(await publishDefinition(deps, quizzes, { source })).toMatchObject({ kind: 'published' });
    const { server } = await testApi(deps);
    const url = pathOf(deps, sent.messageId);
    return { ...sent, deps, server, url, post: (form: Readonly<Record<string, string>>) => postForm(server, url, form, browser) };
  }

  const pathOf = ({ secret }: Pick<AppDeps, 'secret'>, id: string) => `/q/${signLink(secret, { purpose: 'quiz', id })}/gift-finder`;
  const answersOf = async (deps: TurnDeps, profileId: string) => {
    const all = (await showAnswers(deps, profileId, ['admin'])) ?? [];
    return Object.fromEntries(all.flatMap(({ name, value, isCurrent }) => (isCurrent ? [[name, value]] : [])));
  };
  const facts = async () =>
    (await sql<{ name: string }>`select name from facts where name ~ '^(quiz|answer)' order by seq`.execute(opened.store.db)).rows.map(
      ({ name }) => name,
    );

  test('ask one question a page, keep each answer at once, and end with a result that the answers voted for', async () => {
    const { deps, server, url, post, profileId } = await ready();
    const intro = await server.inject({ url, headers: browser });
    expect(intro.body).toContain('Four short questions');
    expect(await facts()).toEqual([]);

    expect((await post({ move: 'start' })).headers.location).toBe(url);
    expect((await server.inject({ url })).body).toContain('Question 1 of 4');
    await post({ move: 'next', question: 'who', answer: 'family' });
    expect(await answersOf(deps, profileId)).toEqual({ shops_for: 'family' });
    // On another device the quiz goes on where it was left.
    expect((await server.inject({ url, headers: { 'user-agent': 'another device' } })).body).toContain('What are the occasions?');
    await post({ move: 'next', question: 'occasions', 'a.thank_you': 'on', 'a.christmas': 'on', 'a.forged': 'on' });
    await post({ move: 'skip', question: 'style' });
    const last = await post({ move: 'next', question: 'allergies', 'a.nuts': 'on' });
    expect([last.statusCode, last.body.includes('Tick the box below')]).toEqual([400, true]);
    await post({ move: 'next', question: 'allergies', 'a.nuts': 'on', agree: 'on' });

    const result = await server.inject({ url });
    expect(result.body).toContain('Candles of beeswax');
    expect(await answersOf(deps, profileId)).toEqual({ shops_for: 'family', occasions: ['thank_you', 'christmas'], allergies: ['nuts'] });
    expect(await facts()).toEqual(['quiz.started', 'answer.given', 'answer.given', 'answer.given', 'quiz.completed']);
    const kept = await sql<{ given: string; consent: unknown }>`select r.given::text as given, a.consent from quiz_runs r, answers a
      where a.name = 'allergies'`.execute(opened.store.db);
    expect(kept.rows[0]?.given).not.toContain('nuts');
    expect(kept.rows[0]?.consent).toMatchObject({ text: expect.stringContaining('may keep what I say here about allergies') });
  });

  test('let people go back, change their mind and answer again', async () => {
    const { deps, server, url, post, profileId } = await ready();
    await post({ move: 'next', question: 'who', answer: 'family' });
    const back = await server.inject({ url: `${url}?at=who` });
    expect(back.body).toMatch(/value="family" checked/);
    await post({ move: 'next', question: 'who', answer: 'self' });
    expect((await server.inject({ url })).body).toContain('Which style do you like?');
    expect((await post({ move: 'next', question: 'style' })).body).toContain('Choose an answer, or skip the question.');
    await post({ move: 'next', question: 'style', answer: 'modern' });
    await post({ move: 'skip', question: 'allergies' });
    expect((await server.inject({ url })).body).toContain('Candles of beeswax');
    await post({ move: 'again' });
    expect((await server.inject({ url })).body).toContain('For whom do you shop?');
    expect(await answersOf(deps, profileId)).toEqual({ shops_for: 'self', style: 'modern' });
  });

  test('ask for a consent on the result page with its evidence, and answering alone is none', async () => {
    const { deps, server, url, post, profileId } = await ready();
    const consents = async () => (await readConsents(opened.store.db, profileId)).filter(({ topic }) => topic === 'newsletter');
    for (const question of ['who', 'occasions', 'style', 'allergies']) await post({ move: 'skip', question });
    expect((await server.inject({ url })).body).toContain('Shall we keep in touch?');
    expect(await consents()).toEqual([]);
    await post({ move: 'consent' });
    expect(await consents()).toEqual([]);
    expect((await post({ move: 'consent', consent: 'on' })).body).toContain('Thank you.');
    expect(await consents()).toMatchObject([
      {
        channel: 'email',
        method: 'quiz',
        source: 'quiz/gift-finder',
        text: expect.stringContaining('Yes, send me the newsletter'),
        locale: 'en',
        userAgent: browser['user-agent'],
        at: deps.clock.now(),
      },
    ]);
  });

  test('open for the address that got the message, in its language, while the quiz is in force', async () => {
    const { deps, server, url, messageId } = await ready();
    expect((await server.inject({ url, headers: { 'accept-language': 'de' } })).body).toContain('Vier kurze Fragen');
    expect((await server.inject({ url: url.replace('gift-finder', 'no-such') })).statusCode).toBe(404);
    expect((await server.inject({ url: `/q/${signLink(deps.secret, { purpose: 'view', id: messageId })}/gift-finder` })).statusCode).toBe(
      404,
    );
    const elsewhere = await postForm(server, url, { move: 'next', question: 'who', answer: 'self' }, { 'sec-fetch-site': 'cross-site' });
    expect(elsewhere.statusCode).toBe(403);
    await opened.store.db.updateTable('profiles').set({ email: 'ada@elsewhere.test' }).execute();
    expect((await server.inject({ url })).statusCode).toBe(410);
    expect(await facts()).toEqual([]);
  });

  test('lose no answer when the process dies before or after it has committed, thirty times', async () => {
    const { deps, messageId, profileId } = await ready();
    const url = pathOf(deps, messageId);
    const styles = ['classic', 'playful', 'natural', 'modern'];
    const promised: string[] = [];
    for (let round = 0; round < 30; round += 1) {
      // A new process each time. It dies inside the transaction, or after it and before the answer of the page.
      const dies = round % 2 === 0 ? 'before the commit' : 'after the commit';
      const dying = { ...deps, store: dyingStore(deps, dies) };
      const { server } = await testApi(dying);
      const style = styles[round % styles.length] ?? '';
      const form = { move: 'next', question: 'style', answer: style };
      const lost = await postForm(server, url, form, browser);
      expect(lost.statusCode).toBe(500);
      await server.close();
      if (dies === 'after the commit') expect((await answersOf(deps, profileId))['style']).toBe(style);
      else if (promised.length > 0) expect((await answersOf(deps, profileId))['style']).toBe(promised.at(-1));
      // The person presses the button again.
      deps.clock.pass(second);
      const { server: next } = await testApi(deps);
      const kept = await postForm(next, url, form, browser);
      expect(kept.statusCode).toBe(303);
      promised.push(style);
      expect((await next.inject({ url: `${url}?at=style` })).body).toContain(`value="${style}" checked`);
      await next.close();
      deps.clock.pass(second);
    }
    const kept = (await showAnswers(deps, profileId, ['admin'])) ?? [];
    // Each promise is in the history, in its order; a commit whose answer was lost stands there twice.
    const history = kept.map(({ value }) => value).reverse();
    expect(history.filter((value, index) => value !== history[index - 1])).toEqual(
      promised.filter((value, index) => value !== promised[index - 1]),
    );
    expect(promised).toHaveLength(30);
  });

  describe('answers by a link in a message', () => {
    const links = ['who/self', 'who/partner', 'who/family', 'who/friends', 'style/classic', 'style/modern'];

    /** So many people, each with a mail of their own that has links of answers. */
    async function people(deps: TurnDeps, messageId: string, count: number): Promise<readonly { id: string; url: string }[]> {
      await sql`insert into profiles select (jsonb_populate_record(p, jsonb_build_object('id', 'person-' || n, 'email', 'p' || n || '@example.test',
        'phone', null))).* from profiles p, generate_series(1, ${count}) n where p.merged_into is null and p.id not like 'person-%'`.execute(
        opened.store.db,
      );
      await sql`insert into messages select (jsonb_populate_record(m, jsonb_build_object('id', 'm' || n, 'profile_id', 'person-' || n, 'visit', n + 1,
        'content', jsonb_set(m.content, '{to,address}', to_jsonb('p' || n || '@example.test'))))).* from messages m, generate_series(1, ${count}) n
        where m.id = ${messageId}`.execute(opened.store.db);
      return Array.from({ length: count }, (_, n) => ({ id: `person-${n + 1}`, url: pathOf(deps, `m${n + 1}`) }));
    }

    const agents = [
      browser['user-agent'],
      'Mozilla/5.0 (compatible; Barracuda Sentinel)',
      'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Safari/605.1.15',
      'python-requests/2.32',
      '',
    ];

    test('set nothing by themselves: the person confirms, or nothing speaks against a person for a while', async () => {
      const { deps, server, url, profileId, post } = await ready();
      deps.clock.pass(minute);
      const page = await server.inject({ url: `${url}/who/partner`, headers: browser });
      expect(page.body).toMatch(/value="partner" checked/);
      expect(page.body).toContain('We have noted your choice.');
      expect(await answersOf(deps, profileId)).toEqual({});
      deps.clock.pass(settleClickMs - 1);
      expect(await settleOneClicks(deps)).toBe(0);
      deps.clock.pass(1);
      expect(await settleOneClicks(deps)).toBe(1);
      expect(await answersOf(deps, profileId)).toEqual({ shops_for: 'partner' });

      // Confirmed at once by the button.
      await server.inject({ url: `${url}/style/modern`, headers: browser });
      await post({ move: 'next', question: 'style', answer: 'modern' });
      expect(await answersOf(deps, profileId)).toEqual({ shops_for: 'partner', style: 'modern' });
      deps.clock.pass(settleClickMs + 1);
      expect(await settleOneClicks(deps)).toBe(0);
    });

    test('about health are never kept, because nobody agreed to that', async () => {
      const { deps, server, url, profileId } = await ready();
      deps.clock.pass(minute);
      await server.inject({ url: `${url}/allergies/nuts`, headers: browser });
      deps.clock.pass(settleClickMs + 1);
      await settleOneClicks(deps);
      expect(await answersOf(deps, profileId)).toEqual({});
      expect((await sql`select 1 from one_clicks`.execute(opened.store.db)).rows).toEqual([]);
    });

    test('of 500 scanners set no answer, whatever their names and however slow they are', { timeout: 300_000 }, async () => {
      const { deps, server, messageId } = await ready();
      const scanned = await people(deps, messageId, 500);
      // Seconds between two links: at once, quickly, slowly, more slowly than an answer waits.
      const paces = [0, 1, 7, 45, 11 * 60];
      const visits = scanned.flatMap(({ url }, n) =>
        links.map((link, index) => ({
          at: (2 + (n % 4) * 4) * second + index * (paces[n % paces.length] ?? 0) * second,
          url: `${url}/${link}`,
          method: (n % 3 === 0 ? 'HEAD' : 'GET') as 'HEAD' | 'GET',
          agent: agents[n % agents.length] ?? '',
        })),
      );
      const start = deps.clock.now();
      for (const { at, url, method, agent } of visits.toSorted((a, b) => a.at - b.at)) {
        if (start + at - deps.clock.now() > minute) await settleOneClicks(deps);
        deps.clock.set(Math.max(deps.clock.now(), start + at));
        await server.inject({ url, method, headers: { 'user-agent': agent } });
      }
      deps.clock.pass(day);
      while ((await settleOneClicks(deps)) > 0);
      const { rows } = await sql`select profile_id, name, value from answers where profile_id like 'person-%'`.execute(opened.store.db);
      expect(rows).toEqual([]);
    });

    test('of people are kept: at least 99 in a hundred', { timeout: 300_000 }, async () => {
      const { deps, server, messageId } = await ready();
      const answering = await people(deps, messageId, 500);
      const start = deps.clock.now();
      const wanted = new Map<string, string>();
      const acts: { readonly at: number; readonly act: () => Promise<unknown> }[] = [];
      for (const [n, { id, url }] of answering.entries()) {
        const [choice = 'self', other = 'family'] = [['self'], ['partner'], ['friends', 'family']][n % 3] as string[];
        const at = (5 + ((n * 37) % 86_400)) * second;
        // A gateway looks at the mail of every fifth before its person does.
        if (n % 5 === 0)
          for (const link of links)
            acts.push({ at: second, act: () => server.inject({ url: `${url}/${link}`, headers: { 'user-agent': agents[2] ?? '' } }) });
        acts.push({ at, act: () => server.inject({ url: `${url}/who/${choice}`, headers: browser }) });
        // Most press the button, some close the page, a few choose otherwise on the page, some press the link twice.
        if (n % 10 < 6) acts.push({ at: at + 4 * second, act: () => press(url, choice) });
        else if (n % 10 === 9)
          acts.push({ at: at + 3 * second, act: () => server.inject({ url: `${url}/who/${choice}`, headers: browser }) });
        const changes = n % 50 === 1;
        if (changes) acts.push({ at: at + 20 * second, act: () => press(url, other) });
        wanted.set(id, changes ? other : choice);
      }
      const press = (url: string, answer: string) => postForm(server, url, { move: 'next', question: 'who', answer }, browser);
      for (const { at, act } of acts.toSorted((a, b) => a.at - b.at)) {
        if (start + at - deps.clock.now() > minute) await settleOneClicks(deps);
        deps.clock.set(Math.max(deps.clock.now(), start + at));
        await act();
      }
      deps.clock.pass(day);
      while ((await settleOneClicks(deps)) > 0);
      const { rows } = await sql<{ id: string; value: string }>`select distinct on (profile_id) profile_id as id, value from answers
        where name = 'shops_for' order by profile_id, answered_at desc, seq desc`.execute(opened.store.db);
      const kept = rows.filter(({ id, value }) => wanted.get(id) === value).length;
      expect(kept / answering.length).toBeGreaterThanOrEqual(0.99);
    });
  });
});

/** A store whose process dies at each transaction. */
function dyingStore({ store }: TurnDeps, when: 'before the commit' | 'after the commit'): TurnDeps['store'] {
  return new Proxy(store, {
    get(target, name, receiver) {
      if (name !== 'transaction') return Reflect.get(target, name, receiver) as unknown;
      return async (work: Parameters<TurnDeps['store']['transaction']>[0]) => {
        await target.transaction(async (trx) => {
          const done = await work(trx);
          if (when === 'before the commit') throw new Error('The process died.');
          return done;
        });
        throw new Error('The process died.');
      };
    },
  });
}
