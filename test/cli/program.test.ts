import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { commands } from '../../src/cli/commands/index.js';
import { runCli } from '../../src/cli/program.js';
import { writeRunningFile } from '../../src/instance/running-file.js';
import { letterSources } from '../../src/sources/letter-source.js';
import { testApi } from '../support/api.js';
import { reminded } from '../support/reminded.js';
import { identify, track } from '../support/shop-events.js';
import { openMemoryStore, resetTables } from '../support/stores.js';
import { take } from '../support/turns.js';

/** Runs a command line; says what came out, and the exit code. */
async function sojourn(line: string, env: Record<string, string> = {}) {
  const out: string[] = [];
  const err: string[] = [];
  const exit = await runCli(line.split(' '), { env, out: (text) => out.push(text), err: (text) => err.push(text) });
  return { exit, out: out.join('\n'), err: err.join('\n') };
}

describe('the command line, without a server', () => {
  test('says how to get one', async () => {
    const { exit, err } = await sojourn('journey list', { SOJOURN_DATA: '/nowhere/data' });
    expect(exit).toBe(1);
    expect(err).toContain('No running Sojourn found in /nowhere/data: start it with npm start.');
  });

  test('says so when the one that it knows of does not answer', async () => {
    const { exit, err } = await sojourn('journey list --url http://127.0.0.1:9 --json');
    expect(exit).toBe(1);
    expect(err).toBe('');
  });

  test('refuses what it does not know, with a suggestion and exit code 2', async () => {
    const { exit, err } = await sojourn('jorney list');
    expect(exit).toBe(2);
    expect(err).toContain('Did you mean journey?');
    expect((await sojourn('pause')).exit).toBe(2);
    expect((await sojourn('entry list --limit many')).exit).toBe(2);
    expect((await sojourn('dead-letter retry')).exit).toBe(2);
  });

  test('explains itself', async () => {
    const { exit, out } = await sojourn('--help');
    expect(exit).toBe(0);
    for (const command of ['journey', 'entry', 'message', 'dead-letter', 'simulate', 'stuck', 'reconcile']) expect(out).toContain(command);
  });

  test('says of each command by itself what it acts on, no two alike', () => {
    const helps = commands.map(({ name, help }) => ({ name, help }));
    expect(
      helps.filter(({ help }) =>
        /^(?:(?:pause|resume|end|cancel|delete|show|send|list) )?(?:it|its|them|their|one of them|such)\b/.test(help),
      ),
    ).toEqual([]);
    expect(helps.filter(({ help }, at) => helps.findIndex((other) => other.help === help) < at)).toEqual([]);
  });

  test('names the sources of dead letters, from the list of sources', async () => {
    for (const name of ['list', 'discard', 'resolve']) {
      const { out } = await sojourn(`dead-letter ${name} --help`);
      for (const source of letterSources()) expect(out.replaceAll(/\s+/g, ' ')).toMatch(new RegExp(`from this source: .*${source}\\b`));
    }
  });

  test('shows settings with their meaning, and never a secret', async () => {
    const { out } = await sojourn('config', { SMTP_URL: 'smtp://user:hush@mail.example', SOJOURN_PORT: '4001' });
    expect(out).toContain('SOJOURN_PORT=4001');
    expect(out).toContain('SMTP_URL=(set)');
    expect(out).not.toContain('hush');
    const { out: json } = await sojourn('config --json', { SMTP_URL: 'smtp://user:hush@mail.example' });
    expect(JSON.parse(json)).toContainEqual(expect.objectContaining({ name: 'SMTP_URL', value: '(set)', isSecret: true }));
  });
});

describe('the command line, with a server', () => {
  let opened: Awaited<ReturnType<typeof openMemoryStore>>;
  let data: string;
  let server: FastifyInstance | undefined;
  beforeAll(async () => {
    opened = await openMemoryStore();
    data = await mkdtemp(join(tmpdir(), 'sojourn-cli-'));
  });
  afterAll(async () => {
    await server?.close();
    await opened.dispose();
    await rm(data, { recursive: true, force: true });
  });
  beforeEach(() => resetTables(opened.store));

  async function running() {
    await server?.close();
    const sent = await reminded(opened.store);
    const api = await testApi(sent.deps);
    server = api.server;
    const apiUrl = await api.server.listen({ host: '127.0.0.1', port: 0 });
    const nothing = {
      writeKey: null,
      browserKey: null,
      publicUrl: null,
      mailboxUrl: null,
      smtpUrl: null,
      inboundSmtpUrl: null,
      phoneUrl: null,
      temporalAddress: null,
      temporalNamespace: null,
      temporalUiUrl: null,
    };
    await writeRunningFile(data, { ...nothing, pid: process.pid, apiUrl, apiKey: api.apiKey });
    return { ...sent, cli: (line: string) => sojourn(line, { SOJOURN_DATA: data }) };
  }

  test('finds it by its data folder, and tells instants in the shop’s zone', async () => {
    const { cli, entryId } = await running();
    const { exit, out } = await cli(`entry show ${entryId}`);
    expect(exit).toBe(0);
    expect(out).toContain('Waits at wait until Wed 25 Nov 13:00.');
    expect(out).toContain('It reacts to order.paid');
    expect(out).toContain('Messages');
  });

  test('tells why a message left', async () => {
    const { cli, messageId } = await running();
    expect((await cli(`message why ${messageId}`)).out).toMatch(/^Sent: the provider accepted it Tue 24 Nov 13:00/);
    expect(JSON.parse((await cli(`message why ${messageId} --json`)).out)).toMatchObject({
      id: messageId,
      verdicts: [{ decision: 'send' }],
    });
    expect(await cli('message why no-such')).toMatchObject({ exit: 1, err: 'There is no message with that id.' });
  });

  test('shows a person by the shop’s own id, and erases only when told twice', async () => {
    const { cli, profileId } = await running();
    expect((await cli('profile show ada')).out).toContain('1 × Mug');
    expect(await cli('profile erase ada')).toMatchObject({ exit: 2, err: expect.stringContaining('--yes') });
    expect((await cli('profile erase ada --yes')).out).toContain(`Profile ${profileId} is erased; 1 entry exits its journey.`);
    expect(await cli('profile show ada')).toMatchObject({ exit: 1, err: expect.stringContaining('Nobody was found by ada') });
  });

  test('shows support one page of a person, and does what they ask for, by name of the key', async () => {
    const { cli, profileId, messageId } = await running();
    const again = await cli(`message again ${messageId}`);
    expect(again).toMatchObject({ exit: 0, out: expect.stringMatching(/^Sent again as \w+\.$/) });
    expect(await cli(`message again ${messageId}`)).toMatchObject({ exit: 1, err: expect.stringContaining('ten minutes') });
    expect((await cli('message again no-such')).exit).toBe(1);
    expect((await cli('profile hold ada --for P7D --reason complaint')).out).toContain(
      `Marketing to ${profileId} is on hold (complaint), at most until`,
    );
    expect((await cli('profile snooze ada P30D')).out).toContain('is on hold (snoozed)');
    expect((await cli('profile take-out ada --reason complaint')).out).toBe('1 entry exits their journey.');
    const { out } = await cli('profile show ada');
    expect(out).toContain('Marketing is on hold (complaint), at most until');
    expect(out).toMatch(new RegExp(`${messageId}\\): accepted\\. Sent: the provider accepted it`));
    expect(out).toContain('What comes next\ncart: ');
    expect(out).toMatch(/Before that it ends by [^.]*a paid order/);
    expect(out).toMatch(/profile\.hold by \S+/);
    expect(out).toMatch(/profile\.exit by \S+/);
    expect((await cli('profile release ada')).out).toBe(`2 holds ended: marketing to ${profileId} may go on.`);
    expect((await cli('profile release ada')).out).toBe('No hold was in force.');
    expect((await cli('task list')).out).toBe('No task is open.');
    expect((await cli('call list')).out).toBe('There is no call.');
    expect((await cli('task close task_none')).exit).toBe(1);
  });

  test('finds a person by any id, email, phone or part of the name, and changes only whom it finds exactly', async () => {
    const { cli, profileId } = await running();
    for (const known of ['ada', profileId, 'ADA@example.test', '+447700900123', '00447700900123', '(0)7700-900123', 'ad'])
      expect((await cli(`profile find ${known}`)).out, known).toMatch(
        new RegExp(`${profileId} +Ada +ada@example.test +\\+447700900123 +ada`, 'i'),
      );
    expect((await cli('profile find %')).out).toBe('Nobody is found.');
    expect((await cli('message list --profile ada@example.test')).out).toContain('Ada@example.test');
    expect((await cli('entry list --profile +447700900123')).out).toContain(profileId);
    expect((await cli('event list --profile Ad')).out).toContain('cart.updated armed an entry of cart.');
    expect((await cli('event list')).out).toMatch(/Product Added +\w+ +cart.updated armed/);
    expect(await cli('profile erase example.test --yes')).toMatchObject({ exit: 2, err: expect.stringContaining('only part of') });
    expect(await cli('profile show nobody@example.test')).toMatchObject({ exit: 1, err: expect.stringContaining('Nobody was found by') });
  });

  test('asks which of several people is meant', async () => {
    const { cli, deps } = await running();
    await take(deps, identify({ email: 'adam@example.test', firstName: 'Adam' }, { userId: 'adam' }));
    expect(await cli('profile show Ad')).toMatchObject({ exit: 2, err: expect.stringMatching(/fits several people[^]*Ada [^]*Adam /) });
    expect((await cli('profile show ada')).exit).toBe(0);
  });

  test('tells in one answer what happened to somebody, why, and what comes next', async () => {
    const { cli, deps } = await running();
    const { out } = await cli('why ada@example.test');
    expect(out).toMatch(/^Profile \w+\. cart: Waits at wait until Wed 25 Nov 13:00\./);
    expect(out).toMatch(/Product Added: cart.updated armed an entry of cart/);
    expect(out).toContain('Cleared to send');
    expect(out).toMatch(/What comes next[^]*- cart: Waits at wait/);

    await cli('journey pause cart');
    await take(
      deps,
      identify({ email: 'ben@example.test' }, { userId: 'ben' }),
      track('Product Added', { cart_id: 'c2', product_id: 'p1', name: 'Mug', price: 30, currency: 'GBP' }, { userId: 'ben' }),
    );
    const told = (await cli('why ben@example.test --journey cart')).out;
    expect(told).toContain(
      'Never entered cart. The last that came near: Product Added: cart.updated started nothing in cart: the journey is paused.',
    );
    expect(told).toContain('- cart is paused: nobody enters it.');
    expect(told).toContain('- No consent: nobody has asked about marketing by email.');
    expect((await cli('why ben@example.test')).out).toContain(
      'Never entered a journey. The last that came near: Product Added: cart.updated started nothing in cart: the journey is paused.',
    );
    expect(await cli('why ben@example.test --journey nothing')).toMatchObject({ exit: 1, err: 'There is no journey nothing.' });
  });

  test('tells how often a person may be written to, and why', async () => {
    const { cli } = await running();
    const told = (await cli('profile caps ada')).out;
    expect(told).toMatch(/^New: consent was given/);
    expect(told).toMatch(/email-7d +email +7 days +1 of 4 +now +tier new/);
    expect(told).toMatch(/any-24h +all channels +24 hours +1 of 2 +now +tier new; 1 kept free from priority 20 or lower/);
  });

  test('tells how engaged a person is, and why', async () => {
    const { cli } = await running();
    const told = (await cli('profile engagement ada')).out;
    expect(told).toMatch(/^New: consent was given within a day \(Tue 24 Nov 12:00\), and the first 30 days are new\. Falls to warm /);
    expect(told).toMatch(/Score 2\.00: site_visit 2\.00 \(engagement policy, version 1\)\./);
    expect(told).toMatch(/cart_reminder +email +1 +0 +0 +× 1 +As usual/);
    expect((await cli('profile show ada')).out).toContain('New: consent was given within a day');
  });

  test('reports a journey, and stops and resumes it', async () => {
    const { cli } = await running();
    expect((await cli('journey report cart')).out).toMatch(/1 entered, 0 did not/);
    expect((await cli('journey pause cart')).out).toContain('cart is paused');
    expect((await cli('journey pause cart')).out).toContain('paused already');
    expect((await cli('journey list')).out).toMatch(/cart +Cart +paused +1 +0 +1/);
    expect((await cli('journey resume cart')).out).toContain('0 held entries continue');
  });

  test('stops everything at once, and says so in its status', async () => {
    const { cli } = await running();
    expect((await cli('pause --all')).out).toContain('All sending is paused');
    expect((await cli('pause --channel sms')).out).toContain('Paused now: all, sms.');
    expect((await cli('status')).out).toContain('! All sending is paused, for 1 second: sojourn resume --all.');
    expect((await cli('resume --all')).out).toContain('All sending runs again; 0 held entries continue. Paused now: sms.');
  });

  test('puts the project’s policies in force, and tells since when', async () => {
    const { cli } = await running();
    expect((await cli('policy list')).out).toBe('No policy is published.');
    expect((await cli('policy publish --note first')).out).toContain('caps: version 1 is in force.');
    expect((await cli('policy publish policies/caps.yaml')).out).toContain('version 1 is the same as the live version; nothing changed.');
    expect((await cli('policy list')).out).toMatch(/quiet-hours +1 +Tue 24 Nov 13:00 +first/);
    expect((await cli('policy show caps')).out).toContain('caps is at version 1');
    expect((await cli('policy show caps --source')).out).toContain('id: email-7d');
    expect(await cli('policy show laws')).toMatchObject({ exit: 2, err: expect.stringContaining('There are: caps,') });
  });

  test('makes, replaces and revokes keys', async () => {
    const { cli } = await running();
    expect((await cli('write-key create web')).out).toMatch(/^sj_wk_/);
    const created = (await cli('api-key create night')).out;
    expect(created).toMatch(/^sj_api_\S+\n\nThe API key night \(/);
    const [, made = ''] = /\((\w+)\)/.exec(created) ?? [];
    expect((await cli(`api-key rotate ${made} --now`)).out).toMatch(
      / replaces [^]* does not work any more\.[^]* until then say --api-key\.$/,
    );
    const [last] = JSON.parse((await cli('api-key list --json')).out) as readonly { readonly id: string; readonly name: string }[];
    expect(last?.name).toBe('test');
    expect(await cli(`api-key revoke ${made}`)).toMatchObject({ exit: 1, err: `There is no API key ${made} in use.` });
    expect((await cli(`api-key revoke ${last?.id} --force`)).out).toMatch(
      /does not work any more\.\nIt had made keys that still open what they did: night/,
    );
    expect(await cli('api-key list')).toMatchObject({ exit: 1, err: expect.stringContaining('not known, or was revoked') });
  });

  test('lists what is empty as a sentence, and shows an event', async () => {
    const { cli } = await running();
    expect((await cli('dead-letter list')).out).toBe('No dead letters.');
    expect((await cli('stuck list')).out).toBe('No entry is stuck.');
    const { message_id: id } = await opened.store.db
      .selectFrom('events')
      .select('message_id')
      .where('name', '=', 'Product Added')
      .executeTakeFirstOrThrow();
    expect((await cli(`event show ${id}`)).out).toContain('cart.updated armed an entry of cart.');
  });

  test('sends its key to no other server', async () => {
    const { cli } = await running();
    const seen: (string | undefined)[] = [];
    const { createServer } = await import('node:http');
    const stranger = createServer((request, response) => {
      seen.push(request.headers.authorization);
      response.end('{"items":[],"nextCursor":null,"timeZone":"UTC"}');
    });
    await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve));
    const { port } = stranger.address() as { port: number };
    await cli(`stuck list --url http://127.0.0.1:${port}`);
    stranger.close();
    expect(seen).toEqual([undefined]);
  });

  test('archives only when told twice, and says that nobody enters what is archived', async () => {
    const { cli } = await running();
    expect(await cli('journey archive cart')).toMatchObject({
      exit: 2,
      err: expect.stringMatching(/1 person in it exits.*--yes.*journey pause cart/),
    });
    expect((await cli('journey archive cart --yes')).out).toContain('cart is archived; 1 entry exits it.');
    const file = join(data, 'cart.journey.yaml');
    const steps = 'steps:\n  - wait: { for: 3 days }\n';
    await writeFile(
      file,
      `journey: cart\nname: A\nclass: marketing\ntopic: newsletter\ntrigger: { event: { name: order.paid } }\nentry: { reentry: once }\n${steps}`,
    );
    expect((await cli(`journey publish ${file}`)).out).toContain('cart is archived: nobody can enter it.');
  });

  test('publishes files, and shows what is wrong at its line', async () => {
    const { cli } = await running();
    const file = join(data, 'x.journey.yaml');
    await writeFile(file, 'id: x\nnonsense: true\n');
    const { exit, out } = await cli(`journey publish ${file}`);
    expect(exit).toBe(1);
    expect(out).toMatch(new RegExp(`${file}:\\d+:\\d+ error: `));
  });
});
