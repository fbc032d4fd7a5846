import { appendFile, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { LiveFields } from '../../src/app/fields/live-fields.js';
import { livePolicies } from '../../src/app/policies/live-policies.js';
import { LiveSegments } from '../../src/app/segments/live-segments.js';
import { publishTemplates } from '../../src/app/templates/publish-templates.js';
import { secretsOf } from '../../src/domain/keys/secrets.js';
import { watchSecrets } from '../../src/instance/instance-secrets.js';
import { LiveShop } from '../../src/instance/live-shop.js';
import { watchingLoops } from '../../src/instance/loops.js';
import { runLoops } from '../../src/instance/run-loops.js';
import { seams } from '../../src/instance/seams.js';
import { loadShop } from '../../src/project/shop.js';
import { openTemplateFolder } from '../../src/render/load.js';
import { createRenderer } from '../../src/render/renderer.js';
import { findTemplateVersion } from '../../src/store/templates.js';
import { testApi } from '../support/api.js';
import { silentLog } from '../support/log.js';
import { makeProject } from '../support/project.js';
import { identify, track } from '../support/shop-events.js';
import { type OpenedStore, openMemoryStore, resetTables } from '../support/stores.js';
import { take, turnDeps } from '../support/turns.js';

describe('a project folder that people work on while the service runs', () => {
  let opened: OpenedStore;
  let folder: string;
  beforeAll(async () => {
    opened = await openMemoryStore();
  });
  afterAll(() => opened.dispose());
  beforeEach(async () => {
    await resetTables(opened.store);
    folder = await makeProject({});
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function running() {
    const { store } = opened;
    const shop = await loadShop(folder);
    const templates = await openTemplateFolder(folder);
    const renderer = createRenderer({ loadVersion: (id, version) => findTemplateVersion(store.db, id, version), shop });
    const deps = turnDeps(store, { shop, renderer });
    const publishAll = async (how = {}) => publishTemplates(deps, await templates.reload(), how);
    await publishAll();
    const liveShop = new LiveShop({ folder, shop, store, log: silentLog });
    const parts = { templates, renderer, publishAll, dataFolder: folder, temporal: () => null, hasRelay: false, liveShop };
    const { call } = await testApi(deps, seams(deps, parts));
    const send = (body: object) => call('POST', '/v1/templates/newsletter/test-sends', { to: shop.testAddresses.email[0], ...body });
    const last = () => deps.providers.email.submitted.at(-1);
    return { call, send, last, shop, deps };
  }

  test('another process notices a published shop.yaml within two seconds or so', async () => {
    const { store } = opened;
    const here = await loadShop(folder);
    const elsewhere = await loadShop(folder);
    const [one, other] = [here, elsewhere].map((shop) => new LiveShop({ folder, shop, store, log: silentLog }));
    if (one === undefined || other === undefined) throw new Error('There are two.');
    await other.start();
    const watching = {
      store,
      liveShop: other,
      policies: livePolicies({ store, log: silentLog }),
      segments: new LiveSegments(),
      fields: new LiveFields(),
      secrets: watchSecrets({ secret: secretsOf('s'), log: silentLog }),
    };
    const stop = runLoops(watchingLoops(watching), { log: silentLog });
    try {
      const file = join(folder, 'shop.yaml');
      await writeFile(file, (await readFile(file, 'utf8')).replace(here.name, 'Another name'));
      expect(await one.publish()).toMatchObject({ published: true });
      expect(here.name).toBe('Another name');
      const since = performance.now();
      await vi.waitFor(() => expect(elsewhere.name).toBe('Another name'), { timeout: 5_000, interval: 20 });
      // It looks every second; a busy machine may be late by as much.
      expect(performance.now() - since).toBeLessThan(3_000);
    } finally {
      await stop();
    }
  });

  test('the dry run of a broadcast renders for each recipient, and tells who would get nothing and why', async () => {
    const { call, deps } = await running();
    const yes = { channel: 'email', topic: 'newsletter', method: 'form', source: 'test' };
    for (const name of ['ada', 'bob', 'eve'])
      await take(
        deps,
        identify({ email: `${name}@example.test` }, { userId: name }),
        ...(name === 'eve' ? [] : [track('Consent Granted', yes, { userId: name })]),
      );
    const data = { subject: 'Snow', paragraphs: ['One.'] };
    const recipients = [{ id: 'ada', data: { headline: 'Snow for Ada' } }, { id: 'bob' }, { id: 'eve', data: { headline: 'x' } }];
    const body = { template: 'newsletter', name: 'Snow', to: { by: 'userId', recipients }, data };
    expect(await call('POST', '/v1/broadcast-checks', body)).toMatchObject({
      status: 200,
      body: {
        total: 3,
        checked: 3,
        now: 1,
        not: expect.arrayContaining([
          { reason: expect.stringMatching(/^no-content: .*data\.headline/), count: 1 },
          { reason: 'no-consent', count: 1 },
        ]),
      },
    });
  });

  test('a test send takes a draft, a language, a sample and data, and says what it fell back to', async () => {
    const { send, last } = await running();
    const data = { subject: 'S', headline: 'Wintry words', paragraphs: ['One.'] };
    expect(await send({ data, locale: 'de' })).toMatchObject({ status: 202, body: { language: 'de', fellBackFrom: null } });
    expect(last()?.text).toContain('Wintry words');
    expect(await send({ data, locale: 'xx' })).toMatchObject({ status: 202, body: { language: 'en', fellBackFrom: 'xx' } });
    expect(await send({ data: {} })).toMatchObject({
      status: 422,
      body: { detail: expect.stringContaining('"data.subject" is missing') },
    });
    expect(await send({ sample: 'nobody' })).toMatchObject({ status: 404 });

    const file = join(folder, 'templates', 'email', 'newsletter.mjml');
    await writeFile(file, (await readFile(file, 'utf8')).replace('data.headline', "data.headline | append: ' (draft)'"));
    await send({ data });
    expect(last()?.html).not.toContain('(draft)');
    expect(await send({ data, draft: true })).toMatchObject({ status: 202 });
    expect(last()?.html).toContain('Wintry words (draft)');
    expect(await send({ draft: true, to: 'stranger@example.test' })).toMatchObject({ status: 422 });
  });

  test('shop.yaml is read again without a restart, test addresses too', async () => {
    const { call, send, shop } = await running();
    const to = 'newcomer@example.test';
    expect(await send({ to })).toMatchObject({ status: 422, body: { detail: expect.stringContaining('test_addresses.email') } });
    const file = join(folder, 'shop.yaml');
    const before = await readFile(file, 'utf8');
    await writeFile(file, before.replace(/^test_addresses:\n  email:.*$/m, `test_addresses:\n  email: [${to}]`));
    expect(await call('POST', '/v1/shop-publications', { dryRun: true })).toMatchObject({ body: { differs: true, published: false } });
    expect(await call('POST', '/v1/shop-publications')).toMatchObject({ status: 200, body: { differs: true, published: true } });
    expect(await send({ to })).toMatchObject({ status: 202 });
    expect(await call('POST', '/v1/shop-publications')).toMatchObject({ body: { differs: false, published: false } });

    await appendFile(file, 'nonsense: 1\n');
    const refused = await call('POST', '/v1/shop-publications');
    expect(refused).toMatchObject({
      status: 422,
      body: { code: 'shop-not-valid', detail: expect.stringContaining('"nonsense" is not known') },
    });
    expect(shop.testAddresses.email).toEqual([to]);
  });
});
