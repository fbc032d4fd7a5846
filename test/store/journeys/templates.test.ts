import { beforeEach, expect, test } from 'vitest';
import { publishTemplates } from '../../../src/app/templates/publish-templates.js';
import { createClock } from '../../../src/domain/time/clock.js';
import { createRenderer } from '../../../src/render/renderer.js';
import { findTemplateVersion } from '../../../src/store/templates.js';
import { renderContext, shipped, shop, withTemplates } from '../../render/project.js';
import { describeOnBothStores, resetTables } from '../../support/stores.js';

const clock = createClock({ rate: 1, realOrigin: 0, serviceOrigin: 1000, readReal: () => 0 });
const smsFile = 'templates/sms/cart-link.yaml';
const text = await shipped(smsFile);
const emailFiles = {
  'templates/email/cart-reminder-1.yaml': await shipped('templates/email/cart-reminder-1.yaml'),
  'templates/email/cart-reminder-1.mjml': await shipped('templates/email/cart-reminder-1.mjml'),
};

describeOnBothStores('published templates', (store) => {
  const deps = () => ({ store: store(), clock, shop });
  const publish = (files: Readonly<Record<string, string>>) => withTemplates(files, (set) => publishTemplates(deps(), set));
  const renderer = () => createRenderer({ shop, loadVersion: (id, version) => findTemplateVersion(store().db, id, version) });

  beforeEach(() => resetTables(store()));

  test('publishes what changed, once, and keeps the versions before', async () => {
    const changed = text.replace('your basket is still here', 'your basket waits');

    expect(await publish({ [smsFile]: text, ...emailFiles })).toMatchObject([
      { id: 'cart-reminder-1', version: 1, published: true },
      { id: 'cart-link', version: 1, published: true },
    ]);
    expect(await publish({ [smsFile]: changed, ...emailFiles })).toMatchObject([
      { id: 'cart-reminder-1', version: 1, published: false },
      { id: 'cart-link', version: 2, published: true },
    ]);
    expect(await publish({ [smsFile]: changed, ...emailFiles })).toMatchObject([{ published: false }, { version: 2, published: false }]);

    expect(await renderer().render('cart-link', 'latest', renderContext())).toMatchObject({
      templateVersion: 2,
      body: expect.stringContaining('waits'),
    });
    expect(await renderer().render('cart-link', 1, renderContext())).toMatchObject({
      templateVersion: 1,
      body: expect.stringContaining('still here'),
    });
    expect(await renderer().render('cart-reminder-1', 'latest', renderContext())).toMatchObject({
      kind: 'email',
      subject: 'Ada, your basket is waiting',
    });
    expect(await renderer().about('cart-link', 'latest')).toMatchObject({
      version: 2,
      channel: 'sms',
      class: 'marketing',
      topic: 'cart_reminder',
    });
  });

  test('makes a new version when a shared word changed', async () => {
    await publish({ [smsFile]: text });
    const words = await shipped('templates/layouts/words.yaml');

    expect(
      await publish({ [smsFile]: text, 'templates/layouts/words.yaml': words.replace('at most 1 text', 'at most one text') }),
    ).toMatchObject([{ version: 2, published: true }]);
  });

  test('refuses a template with an error and leaves the version before it live', async () => {
    await publish({ [smsFile]: text });

    expect(await publish({ [smsFile]: text.replace('safe_url', 'safeurl') })).toMatchObject([
      { id: 'cart-link', version: 1, published: false, problems: [{ severity: 'error' }] },
    ]);
    expect(await renderer().render('cart-link', 'latest', renderContext())).toMatchObject({ kind: 'sms', templateVersion: 1 });
  });

  test('tells of a file that cannot be read, and publishes the others', async () => {
    expect(await publish({ [smsFile]: text, 'templates/email/broken.yaml': 'class: [' })).toMatchObject([
      { id: 'templates/email/broken.yaml', version: 0, published: false, problems: [{ severity: 'error' }] },
      { id: 'cart-link', version: 1, published: true, problems: [] },
    ]);
  });

  test('makes one version of one change when many publish at once', async () => {
    const results = await withTemplates({ [smsFile]: text }, (set) =>
      Promise.all(Array.from({ length: 8 }, () => publishTemplates(deps(), set))),
    );

    expect(results.flat().map((result) => result.version)).toEqual(Array.from({ length: 8 }, () => 1));
    expect(results.flat().filter((result) => result.published)).toHaveLength(1);
  });
});
