import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { enrolDue } from '../../src/app/broadcasts/enrol-recipients.js';
import { takeTurn } from '../../src/app/turn/take-turn.js';
import { runCli } from '../../src/cli/program.js';
import { readRecipients } from '../../src/cli/recipient-list.js';
import { opset } from '../../workflows/contract.js';
import { testApi } from '../support/api.js';
import { identify, track } from '../support/shop-events.js';
import { openMemoryStore, resetTables } from '../support/stores.js';
import { publishHead } from '../support/templates.js';
import { take, turnDeps } from '../support/turns.js';

async function sojourn(...args: readonly string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const exit = await runCli(args, { env: {}, out: (text) => out.push(text), err: (text) => err.push(text) });
  return { exit, out: out.join('\n'), err: err.join('\n') };
}

describe('a list of recipients', () => {
  test.each([
    ['userId,country\nada,GB\n"bob, jr",DE\n', { by: 'user', ids: ['ada', 'bob, jr'] }],
    [
      '01jd0000000000000000000001\n\n01jd0000000000000000000002',
      { by: 'profile', ids: ['01jd0000000000000000000001', '01jd0000000000000000000002'] },
    ],
    ['\uFEFFprofile_id;x\r\nabc;1\r\n', { by: 'profile', ids: ['abc'] }],
    ['ada\n01jd0000000000000000000001\n', { by: 'user', ids: ['ada', '01jd0000000000000000000001'] }],
    ['userId,note\nada,"says\nbob, or\n""carl"""\ndora,\n', { by: 'user', ids: ['ada', 'dora'] }],
    ['row,userId\n1,ada\n2,bob\n', { by: 'user', ids: ['ada', 'bob'] }],
    ['name;country;User ID\n"Lovelace; Ada";GB;ada\nBob;DE;bob', { by: 'user', ids: ['ada', 'bob'] }],
    ['email\tuser_id\na@example.test\tada\n', { by: 'user', ids: ['ada'] }],
    ['"userId"\r"ada"\r"bob"', { by: 'user', ids: ['ada', 'bob'] }],
    ['\n\nuserId\n\n  ada  \n,\n', { by: 'user', ids: ['ada'] }],
    ['userId,note\nada\nbob,two,three\n', { by: 'user', ids: ['ada', 'bob'] }],
    ['\uFEFF"ada"\n"bo""b"\n', { by: 'user', ids: ['ada', 'bo"b'] }],
    ['ada@example.test\nbob@example.test\n', { by: 'email', ids: ['ada@example.test', 'bob@example.test'] }],
    ['name,E-Mail\nAda,ada@example.test\n', { by: 'email', ids: ['ada@example.test'] }],
  ])('is read from %j', (text, expected) => {
    expect(readRecipients(text, 'list.csv')).toEqual(expected);
  });

  test.each([
    ['row,customer\n1,ada\n', 'userId, profileId or email. Its first line says: "row", "customer".'],
    ['1,ada\n2,bob\n', 'Its first line says: "1", "ada".'],
    ['customer_id\nada\n', 'Its first line says: "customer_id".'],
    ['userId,profileId\nada,x\n', 'More than one column'],
    ['userId,user_id\nada,bob\n', 'More than one column'],
    ['userId,note\nada,"never closed\nbob,x\n', 'is no CSV (line'],
    ['userId,note\nada,say "this"\n', 'is no CSV (line'],
    ['u\0s\0e\0r\0', 'is not UTF-8 text'],
  ])('is refused with what was found: %j', (text, sentence) => {
    expect(() => readRecipients(text, 'list.csv')).toThrow(sentence);
  });

  test('brings further columns as data of each', () => {
    const list = 'email,Headline,Code\nada@example.test,Snow,A1\nbob@example.test,,B2\n';
    const map = [
      { column: 'headline', key: 'headline' },
      { column: 'Code', key: 'code' },
    ];
    expect(readRecipients(list, 'list.csv', map)).toEqual({
      by: 'email',
      ids: ['ada@example.test', 'bob@example.test'],
      data: [{ headline: 'Snow', code: 'A1' }, { code: 'B2' }],
    });
    expect(() => readRecipients(list, 'list.csv', [{ column: 'Title', key: 'title' }])).toThrow('There are: "email", "Headline", "Code".');
    expect(() => readRecipients('ada\n', 'list.csv', map)).toThrow('has no headings');
  });

  test('is refused when nobody or an address is in it', () => {
    expect(() => readRecipients('userId\n', 'list.csv')).toThrow('list.csv is empty');
    expect(() => readRecipients('ada@example.test\nbob\n', 'list.csv')).toThrow('holds ids and email addresses');
  });
});

describe('broadcasts and questions on the command line', () => {
  let opened: Awaited<ReturnType<typeof openMemoryStore>>;
  let folder: string;
  let server: FastifyInstance | undefined;
  beforeAll(async () => {
    opened = await openMemoryStore();
    folder = await mkdtemp(join(tmpdir(), 'sojourn-cli-'));
  });
  beforeEach(async () => {
    await server?.close();
    await resetTables(opened.store);
  });
  afterAll(async () => {
    await server?.close();
    await opened.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  test('say who would get it, start it, tell how far it is', async () => {
    const deps = turnDeps(opened.store);
    await publishHead(opened.store, { id: 'newsletter', class: 'broadcast', topic: 'newsletter' });
    await take(
      deps,
      identify({ email: 'ada@example.test' }, { userId: 'ada' }),
      track('Consent Granted', { channel: 'email', topic: 'newsletter', method: 'form', source: 'test' }, { userId: 'ada' }),
      identify({ email: 'bob@example.test' }, { userId: 'bob' }),
    );
    const api = await testApi(deps);
    server = api.server;
    const at = ['--url', await api.server.listen({ host: '127.0.0.1', port: 0 }), '--api-key', api.apiKey];
    const list = join(folder, 'list.csv');
    await writeFile(list, 'userId\nada\nbob\neve\n');
    const start = ['broadcast', 'start', '--template', 'newsletter', '--name', 'Snow', '--to', list, ...at];

    const dry = await sojourn(...start, '--dry-run');
    expect(dry.out).toContain('Nothing was started. 2 recipients.');
    expect(dry.out).toMatch(/would get it now\s+1/);
    expect(dry.out).toMatch(/would not get it\s+no-consent\s+1/);
    expect(dry.out).toContain('One id names nobody: eve.');
    expect(dry.out).toMatch(/The first of them:[^]*ada {2}.*ada@example.test[^]*bob {2}.*bob@example.test/);
    expect((await sojourn('broadcast', 'list', ...at)).out).toBe('There are no broadcasts.');

    expect((await sojourn(...start)).out).toContain('goes to 2 recipients');
    const [{ id } = { id: '' }] = await opened.store.db.selectFrom('broadcasts').select('id').execute();
    await enrolDue(deps);
    for (const entry of await opened.store.db.selectFrom('entries').select('id').execute())
      await takeTurn(deps, { v: 1, entryId: entry.id, opset }, 'inline');
    await enrolDue(deps);
    const { out } = await sojourn('broadcast', 'show', id, '--watch', ...at);
    expect(out).toContain('100 % · finished: 1 sent, 0 waiting, 0 to come');
    expect(out).toMatch(/not sent: no-consent\s+1/);
    expect((await sojourn('broadcast', 'pause', id, ...at)).err).toContain('The broadcast is finished');
    expect((await sojourn('message', 'list', '--origin', 'broadcast', ...at)).out).toContain(`broadcast.${id}`);

    const check = ['send-check', 'bob', '--channel', 'email', '--topic', 'newsletter', ...at];
    expect((await sojourn(...check)).out).toContain('skip: Not sent: no consent to newsletter by email');
    expect((await sojourn('send-check', 'bob', '--topic', 'newsletter', ...at)).exit).toBe(2);
    expect((await sojourn('broadcast', 'start', '--template', 'newsletter', '--name', 'x', ...at)).err).toContain('Say who gets it');
  });

  test('refuse what would reach others than were meant', async () => {
    const list = join(folder, 'few.csv');
    await writeFile(list, 'userId\nada\n');
    const start = ['broadcast', 'start', '--template', 'newsletter', '--name', 'Snow', '--to', list, '--url', 'http://127.0.0.1:9'];

    expect(await sojourn(...start, '--trait', 'country=DE')).toMatchObject({
      exit: 2,
      err: '--trait goes with --everyone or --segment; filter the list instead.',
    });
    expect(await sojourn(...start, '--segment', 'loyal_buyers')).toMatchObject({ exit: 2, err: expect.stringContaining('one of --to') });
    const everyone = ['broadcast', 'start', '--template', 'newsletter', '--name', 'Snow', '--everyone', '--url', 'http://127.0.0.1:9'];
    expect(await sojourn(...everyone, '--trait', 'country=DE', '--trait', 'country=AT')).toMatchObject({
      exit: 2,
      err: expect.stringContaining('The trait country is given twice'),
    });
    for (const priority of ['high', '101', '1.5', '']) {
      expect(await sojourn(...start, '--priority', priority)).toMatchObject({ exit: 2, err: expect.stringContaining('0 to 100') });
      const check = ['send-check', 'ada', '--channel', 'email', '--topic', 'newsletter', '--url', 'http://127.0.0.1:9'];
      expect(await sojourn(...check, '--priority', priority)).toMatchObject({ exit: 2, err: expect.stringContaining('0 to 100') });
    }
  });
});
