import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { runCli } from '../../src/cli/program.js';
import type { ImportRun } from '../../src/cli/work/import-run.js';
import { suppressionKey, unsubscribeKey } from '../../src/domain/consent/suppression.js';
import { openShopDoor, type ShopDoor } from '../support/shop-door.js';

describe('sojourn import', () => {
  let door: ShopDoor;
  let url: string;
  let folder: string;
  beforeAll(async () => {
    door = await openShopDoor();
    url = await door.server.listen({ host: '127.0.0.1', port: 0 });
    folder = await mkdtemp(join(tmpdir(), 'sojourn-import-'));
  });
  beforeEach(() => door.begin());
  afterAll(async () => {
    await door.close();
    await rm(folder, { recursive: true });
  });

  const write = async (name: string, content: string | Buffer) => {
    const path = join(folder, name);
    await writeFile(path, content);
    return path;
  };
  const cli = async (...args: readonly string[]) => {
    const said: string[] = [];
    const io = { env: {}, out: (text: string) => void said.push(text), err: (text: string) => void said.push(text) };
    const code = await runCli([...args, '--url', url, '--api-key', door.apiKey], io);
    return { code, text: said.join('\n') };
  };
  const run = async (...args: readonly string[]) => {
    const { code, text } = await cli(...args, '--json');
    return { code, ...(JSON.parse(text) as ImportRun) };
  };
  const profiles = () => door.store.db.selectFrom('profiles').select(['email', 'phone', 'traits']).orderBy('email').execute();
  const idOf = async (email: string) =>
    (await door.store.db.selectFrom('profiles').select('id').where('email', '=', email).executeTakeFirst())?.id ?? '';
  const orders = () => door.store.db.selectFrom('orders').select(['order_id', 'fold']).orderBy('order_id').execute();
  const letters = () => door.store.db.selectFrom('dead_letters').selectAll().orderBy('detail').execute();
  const entries = () => door.store.db.selectFrom('entries').select('id').execute();
  const consents = (email: string) =>
    door.store.db
      .selectFrom('consents')
      .innerJoin('profiles', 'profiles.id', 'consents.profile_id')
      .where('profiles.email', '=', email)
      .select(['channel', 'topic', 'state', 'method', 'evidence'])
      .orderBy('seq')
      .execute();
  const suppressed = (email: string) =>
    door.store.db
      .selectFrom('suppressions')
      .select(['reason'])
      .where('hash', 'in', [
        suppressionKey(door.deps.secret, 'email', email).hash,
        unsubscribeKey(door.deps.secret, 'email', email)?.hash ?? '',
      ])
      .execute();

  test('takes people by their usual headings, and each of them once', async () => {
    const file = await write('people.csv', 'User ID,E-Mail,First Name,Shoe size\n7,ada@example.com,Ada,39\n8,bob@example.com,Bob,44\n');

    expect(await run('import', 'people', file, '--dry-run')).toMatchObject({ code: 0, taken: 2, faulty: 0, unread: ['Shoe size'] });
    expect(await profiles()).toEqual([]);

    expect(await run('import', 'people', file)).toMatchObject({ code: 0, taken: 2, faulty: 0 });
    expect(await profiles()).toMatchObject([
      { email: 'ada@example.com', traits: { firstName: 'Ada' } },
      { email: 'bob@example.com', traits: { firstName: 'Bob' } },
    ]);
    expect((await cli('import', 'people', file)).text).toContain('was imported already');
    expect(await entries()).toEqual([]);
  });

  test.each([
    ['a mark and semicolons', Buffer.from('\uFEFFemail;first name\r\nzoe@example.com;"Zoë\r\nAnn"\r\n', 'utf8'), 'Zoë\r\nAnn'],
    ['Windows-1252', Buffer.from('email;first name\r\nzoe@example.com;Zo\u00EB\r\n', 'latin1'), 'Zoë'],
    ['UTF-16 with a mark', Buffer.from('\uFEFFemail\tfirst name\r\nzoe@example.com\tZoë\r\n', 'utf16le'), 'Zoë'],
    ['UTF-16 without one', Buffer.from('email,first name\r\nzoe@example.com,Zoë\r\n', 'utf16le'), 'Zoë'],
    ['what Excel writes on top', Buffer.from('sep=;\r\nemail;first name\r\n\r\nzoe@example.com;Zoë\r\n', 'utf8'), 'Zoë'],
  ])('reads a file with %s', async (_what, bytes, name) => {
    expect(await run('import', 'people', await write('zoe.csv', bytes))).toMatchObject({ taken: 1, faulty: 0 });
    expect(await profiles()).toMatchObject([{ email: 'zoe@example.com', traits: { firstName: name } }]);
  });

  test('keeps a dead letter for each line that it cannot take, with its line and how to mend it, and takes the rest', async () => {
    const file = await write(
      'faults.csv',
      'order id,email,date,total,currency\n1,a@example.com,03/04/2026,5,EUR\n2,b@example.com,2026-04-03,1.299,EUR\n8.2E+14,c@example.com,2026-04-03,5,EUR\n4,not an address,2026-04-03,5,EUR\n5,,2026-04-03,5,EUR\n6,f@example.com,2026-04-03,5\n7,g@example.com,2026-04-03,"1.299,50",EUR\n',
    );

    const checked = await run('import', 'orders', file, '--dry-run');
    const done = await run('import', 'orders', file);

    expect(done.faults).toEqual(checked.faults);
    expect(done.faults.map(({ line, reason }) => [line, reason])).toEqual([
      [2, 'ambiguous-date'],
      [3, 'unreadable-number'],
      [4, 'damaged-id'],
      [5, 'invalid-email'],
      [6, 'missing-value'],
      [7, 'wrong-width'],
    ]);
    expect(await orders()).toMatchObject([{ order_id: '7' }]);
    expect((await letters()).map(({ source, detail }) => [source, detail.slice(0, 40)])).toContainEqual([
      'file-import',
      'faults.csv, line 2: The column `date` ca',
    ]);
    const told = (await letters()).map(({ detail }) => detail).join(' ');
    for (const value of ['example.com', '03/04', '1.299,', '8.2E']) expect(told).not.toContain(value);
  });

  test('takes the lines of an order together, and refuses those that stand apart', async () => {
    const head =
      'Name,Email,Financial Status,Currency,Total,Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Refunded Amount,Cancelled at,Id';
    const file = await write(
      'orders.csv',
      [
        head,
        '#1001,ada@example.com,paid,EUR,30.00,2025-03-01 10:00:00 +0100,2,Mug,10.00,mug,0.00,,820982911946154508',
        '#1001,,,,,,1,Cup,10.00,cup,,,',
        '#1002,ada@example.com,refunded,EUR,8.00,2025-04-01 10:00:00 +0200,1,Mug,8.00,mug,8.00,,820982911946154509',
        '#1003,bob@example.com,voided,EUR,8.00,2025-04-01 10:00:00 +0200,1,Mug,8.00,mug,0.00,2025-04-02 10:00:00 +0200,820982911946154510',
        '#1001,ada@example.com,paid,EUR,30.00,2025-03-01 10:00:00 +0100,5,Mug,10.00,mug,0.00,,820982911946154508',
      ].join('\n'),
    );

    const done = await run('import', 'orders', file, '--mapping', 'shopify-orders');

    expect(done).toMatchObject({ taken: 3, faulty: 1, faults: [{ line: 6, reason: 'torn-apart' }] });
    const shown = (await door.call('GET', `/v1/profiles/${await idOf('ada@example.com')}`)).body as { orders: unknown[] };
    expect(shown.orders).toMatchObject(
      expect.arrayContaining([
        expect.objectContaining({ orderId: '820982911946154508', status: 'paid' }),
        expect.objectContaining({ orderId: '820982911946154509', status: 'refunded' }),
      ]),
    );
    expect((await orders()).map(({ order_id }) => order_id)).toEqual(['820982911946154508', '820982911946154509', '820982911946154510']);
    expect(await entries()).toEqual([]);
  });

  test('gives what is known by an address to the person who has it, and refuses to choose between two', async () => {
    await door.tells('identify', { userId: 'known', traits: { email: 'Known@example.com' } });
    await door.tells('identify', { userId: 'one', traits: { email: 'both@example.com' } });
    await door.tells('identify', { userId: 'two', traits: { email: 'both@example.com' } });
    const file = await write(
      'some.csv',
      'email,country\nknown@EXAMPLE.com,DE\nboth@example.com,FR\nnew@example.com,GB\nnew@example.com,GB\n',
    );

    expect(await run('import', 'people', file)).toMatchObject({ taken: 3, faulty: 1, faults: [{ line: 3, reason: 'several-people' }] });
    expect(await door.person({ userId: 'known' })).toMatchObject({ traits: { country: 'DE' } });
    expect((await profiles()).filter(({ email }) => email === 'new@example.com')).toHaveLength(1);
  });

  test('takes consent strictly and refusals widely, and no yes counts over a no that was given here', async () => {
    await door.tells('identify', { userId: 'no', traits: { email: 'no@example.com' } });
    await door.tells('track', { userId: 'no', event: 'Consent Revoked', properties: { channel: 'email', method: 'preference-centre' } });
    const klaviyo = await write(
      'klaviyo.csv',
      [
        'Email,First Name,Email Marketing Consent,Email Marketing Consent Timestamp,Email Suppressions',
        'yes@example.com,Yes,SUBSCRIBED,2024-05-01 10:00:00,',
        'undated@example.com,Un,SUBSCRIBED,,',
        'never@example.com,Ne,NEVER_SUBSCRIBED,,',
        'gone@example.com,Go,UNSUBSCRIBED,2024-05-01 10:00:00,',
        'spam@example.com,Sp,SUBSCRIBED,2024-05-01 10:00:00,SPAM_COMPLAINT',
        'no@example.com,No,SUBSCRIBED,2099-01-01 10:00:00,',
        'odd@example.com,Od,PERHAPS,2024-05-01 10:00:00,',
      ].join('\n'),
    );

    expect(await run('import', 'people', klaviyo, '--mapping', 'klaviyo-people')).toMatchObject({
      taken: 6,
      faulty: 1,
      faults: [{ line: 8, reason: 'unknown-state' }],
    });

    expect(await consents('yes@example.com')).toMatchObject([
      { channel: 'email', topic: 'marketing', state: 'granted', method: 'import', evidence: expect.stringContaining('klaviyo.csv') },
    ]);
    expect(await consents('undated@example.com')).toMatchObject([{ state: 'pending' }]);
    expect(await consents('never@example.com')).toEqual([]);
    expect(await consents('gone@example.com')).toMatchObject([{ state: 'withdrawn' }]);
    expect(await suppressed('gone@example.com')).toEqual([{ reason: 'unsubscribed' }]);
    expect(await suppressed('spam@example.com')).toEqual([{ reason: 'complained' }]);
    expect((await consents('no@example.com')).filter(({ state }) => state === 'granted')).toEqual([]);

    // Whoever comes later with a yes of another system stays unsubscribed.
    const mailchimp = await write('mc.csv', 'Email Address,OPTIN_TIME,OPTIN_IP\ngone@example.com,2025-01-01 10:00:00,192.0.2.1\n');
    expect(await run('import', 'people', mailchimp, '--mapping', 'mailchimp-subscribed')).toMatchObject({ taken: 1 });
    const { body } = await door.call('GET', `/v1/profiles/${await idOf('gone@example.com')}/consents`);
    expect(body).toMatchObject({
      now: expect.arrayContaining([expect.objectContaining({ topic: 'marketing', channel: 'email', granted: false })]),
    });
  });

  test('suppresses the addresses of a list, and makes no people of them', async () => {
    const cleaned = await write('cleaned.csv', 'Email Address,CLEAN_TIME\ndead@example.com,2024-05-01 10:00:00\n');
    const suppressedFile = await write('supp.csv', 'Email\nleft@example.com\n');

    expect(await run('import', 'consents', cleaned, '--mapping', 'mailchimp-cleaned')).toMatchObject({ taken: 1, faulty: 0 });
    expect(await run('import', 'consents', suppressedFile, '--mapping', 'klaviyo-suppressed')).toMatchObject({ taken: 1, faulty: 0 });

    expect(await suppressed('dead@example.com')).toEqual([{ reason: 'bounced' }]);
    expect(await suppressed('left@example.com')).toEqual([{ reason: 'unsubscribed' }]);
    expect(await profiles()).toEqual([]);

    // One that is dated ahead would count over a yes that the person gives until then.
    const ahead = await write('ahead.csv', 'Email Address,UNSUB_TIME\nahead@example.com,2099-01-01 10:00:00\n');
    expect(await run('import', 'consents', ahead, '--mapping', 'mailchimp-unsubscribed')).toMatchObject({ taken: 1 });
    const kept = await door.store.db.selectFrom('suppressions').select('created_at').where('reason', '=', 'unsubscribed').execute();
    for (const { created_at } of kept) expect(Number(created_at)).toBeLessThanOrEqual(door.deps.clock.now());
  });

  test('does not bring back who was erased', async () => {
    await door.tells('identify', { userId: 'erased', traits: { email: 'erased@example.com' } });
    const person = (await door.call('GET', '/v1/profiles?userId=erased')).body['items'] as { id: string }[];
    await door.call('DELETE', `/v1/profiles/${person[0]?.id}`);
    const file = await write('back.csv', 'email,first name\nerased@example.com,Back\n');

    expect(await run('import', 'people', file)).toMatchObject({ taken: 0, leftOut: { erased: 1 } });
    expect((await profiles()).filter(({ email }) => email !== null)).toEqual([]);
  });

  test('takes JSON lines with all their digits, and products', async () => {
    const file = await write(
      'orders.jsonl',
      '{"order_id": 9007199254740993, "email": "j@example.com", "ordered_at": "2025-01-01T10:00:00Z", "total": 1.299, "products": [{"product_id": "mug", "quantity": 1}]}\nnot json\n',
    );
    expect(await run('import', 'orders', file)).toMatchObject({ taken: 1, faulty: 1, faults: [{ line: 2, reason: 'invalid-json' }] });
    expect(await orders()).toMatchObject([{ order_id: '9007199254740993' }]);

    const products = await write(
      'products.csv',
      'Handle,Title,Tags,Variant SKU,Variant Price\nmug,Mug,"blue, gift",mug-s,10.00\nmug,,,mug-l,12.00\n',
    );
    expect(await run('import', 'products', products)).toMatchObject({ taken: 1, faulty: 0 });
    expect((await door.call('GET', '/v1/products/mug')).body).toMatchObject({
      name: 'Mug',
      variants: [{ variantId: 'mug-s' }, { variantId: 'mug-l' }],
    });
  });

  test('says which column is missing, and which mapping was meant', async () => {
    const file = await write('odd.csv', 'Kundennummer;Wohnort\n7;Bonn\n');
    expect((await cli('import', 'people', file)).text).toContain('no column for `user_id` or `email` or `phone`');
    expect((await cli('import', 'people', file, '--mapping', 'klaviyo-peple')).text).toContain('did you mean klaviyo-people');
    expect((await cli('import', 'orders', file, '--mapping', 'klaviyo-people')).text).toContain('is for an import of people');
  });
});
