import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { publishTemplates } from '../../src/app/templates/publish-templates.js';
import { createContext } from '../../src/cli/context.js';
import { nothingDiffers, publishProject } from '../../src/cli/work/publish-project.js';
import { watchProject } from '../../src/cli/work/watch-project.js';
import { LiveShop } from '../../src/instance/live-shop.js';
import { RunningInstance, writeRunningFile } from '../../src/instance/running-file.js';
import { seams } from '../../src/instance/seams.js';
import { loadShop } from '../../src/project/shop.js';
import { openTemplateFolder } from '../../src/render/load.js';
import { createRenderer } from '../../src/render/renderer.js';
import { findTemplateVersion } from '../../src/store/templates.js';
import { testApi } from '../support/api.js';
import { silentLog } from '../support/log.js';
import { makeProject, quickCart } from '../support/project.js';
import { type OpenedStore, openMemoryStore } from '../support/stores.js';
import { turnDeps } from '../support/turns.js';
import { eventually } from '../support/watching.js';

let opened: OpenedStore;
let folder: string;
beforeAll(async () => {
  opened = await openMemoryStore();
  folder = await makeProject({});
});
afterAll(async () => {
  await opened.dispose();
  await rm(folder, { recursive: true, force: true });
});

async function startServer() {
  const { store } = opened;
  const shop = await loadShop(folder);
  const templates = await openTemplateFolder(folder);
  const renderer = createRenderer({ loadVersion: (id, version) => findTemplateVersion(store.db, id, version), shop });
  const deps = turnDeps(store, { shop, renderer });
  const publishAll = async (how = {}) => publishTemplates(deps, await templates.reload(), how);
  const liveShop = new LiveShop({ folder, shop, store, log: silentLog });
  const parts = { templates, renderer, publishAll, dataFolder: folder, temporal: () => null, hasRelay: false, liveShop };
  const { server, apiKey } = await testApi(deps, seams(deps, parts));
  return { url: await server.listen({ host: '127.0.0.1', port: 0 }), apiKey, close: () => server.close(), shop };
}

/** Where a trial runs, as its data folder tells. */
async function dataFolderOf(url: string, apiKey: string, mailboxUrl: string | null): Promise<string> {
  const data = join(folder, `data-${mailboxUrl === null ? 'real' : 'trial'}`);
  await mkdir(data, { recursive: true });
  const none = { writeKey: null, smtpUrl: null, temporalAddress: null, temporalNamespace: null, temporalUiUrl: null };
  await writeRunningFile(data, RunningInstance.parse({ pid: 1, apiUrl: url, apiKey, ...none, mailboxUrl, phoneUrl: mailboxUrl }));
  return data;
}

test('publish --watch puts each save live that is right, says of the others what is wrong, and goes on', async () => {
  const { url, apiKey, close, shop } = await startServer();
  const said: string[] = [];
  const io = { env: { SOJOURN_PROJECT: folder }, out: (text: string) => void said.push(text), err: (text: string) => void said.push(text) };
  const context = createContext(io, { data: await dataFolderOf(url, apiKey, 'http://127.0.0.1:1') });
  const stop = new AbortController();
  const watching = watchProject(context, { signal: stop.signal });
  const told = (pattern: RegExp) => eventually(String(pattern), async () => said.some((text) => pattern.test(text)), 40_000);
  const sourceOf = async (id: string) =>
    (await (await context.client()).find<{ readonly source: string }>(`/v1/journeys/${id}/versions/live`))?.source;
  try {
    const file = join(folder, 'journeys', 'quick-cart.journey.yaml');
    await told(/^Watching shop\.yaml/);
    await writeFile(file, quickCart({ idle: 2, wait: 2 }));
    await told(/quick-cart: version 1 is live/);

    await writeFile(file, `${quickCart({ idle: 2, wait: 2 })}surplus: }\n`);
    await told(/quick-cart\.journey\.yaml:\d+/);
    expect(await sourceOf('quick-cart')).toBe(quickCart({ idle: 2, wait: 2 }));

    await writeFile(file, quickCart({ idle: 5, wait: 2 }));
    await told(/quick-cart: version 2 is live/);

    const shopFile = join(folder, 'shop.yaml');
    await writeFile(shopFile, (await readFile(shopFile, 'utf8')).replace(shop.name, 'The other shop'));
    await told(/shop\.yaml is in force/);
    expect(shop.name).toBe('The other shop');
  } finally {
    stop.abort();
    await watching;
    await close();
  }
});

test('publish shows what differs, does nothing without a yes, and puts a template live before the journey that needs it', async () => {
  const { url, apiKey, close } = await startServer();
  const io = { env: { SOJOURN_PROJECT: folder }, out: () => {}, err: () => {} };
  const context = createContext(io, { data: await dataFolderOf(url, apiKey, 'http://127.0.0.1:1') });
  const live = async () => (await (await context.client()).find('/v1/journeys/fresh-cart/versions/live')) !== null;
  try {
    await publishProject(context, { yes: true });
    const head = await readFile(join(folder, 'templates', 'email', 'cart-reminder-1.yaml'), 'utf8');
    await writeFile(join(folder, 'templates', 'email', 'fresh.yaml'), `design: cart-reminder-1\n${head.replace(/^design: .*\n/m, '')}`);
    const source = quickCart({ idle: 2, wait: 2 }, 'fresh-cart').replace('template: cart-reminder-1', 'template: fresh');
    await writeFile(join(folder, 'journeys', 'fresh-cart.journey.yaml'), source);
    await writeFile(join(folder, 'journeys', 'draft.journey.yaml'), 'journey: draft\n');

    const says =
      /^\+ template fresh\n\+ journey draft [^]*error: [^]*\+ journey fresh-cart [^]*3 files differ from what is live; 1 has an error/;
    expect(await publishProject(context, { dryRun: true })).toMatchObject({ text: expect.stringMatching(says), exitCode: 1 });
    await expect(publishProject(context, {})).rejects.toThrow(/Nothing was published/);
    expect(await live()).toBe(false);

    expect(await publishProject(context, { yes: true })).toMatchObject({
      text: expect.stringMatching(/fresh: version 1 is live[^]*fresh-cart: version 1 is live[^]*\+ journey draft/),
      exitCode: 1,
    });
    expect(await live()).toBe(true);
    await rm(join(folder, 'journeys', 'draft.journey.yaml'));
    expect(await publishProject(context, {})).toEqual({ value: [], text: nothingDiffers });

    await writeFile(join(folder, 'journeys', 'copy.journey.yaml'), source.replace('name: Quick cart', 'name: Copy'));
    expect((await publishProject(context, { dryRun: true })).text).toMatch(
      /copy\.journey\.yaml:1:1 error: "fresh-cart" is the journey of fresh-cart\.journey\.yaml, too\./,
    );

    await mkdir(join(folder, 'segments'), { recursive: true });
    for (const name of ['gold', 'copy'])
      await writeFile(
        join(folder, 'segments', `${name}.segment.yaml`),
        `segment: gold\nname: ${name}\nwho: { trait: { name: plan, is: gold } }\n`,
      );
    expect((await publishProject(context, { dryRun: true })).text).toMatch(
      /copy\.segment\.yaml:1:1 error: "gold" is the segment of gold\.segment\.yaml, too\./,
    );
  } finally {
    await rm(join(folder, 'segments'), { recursive: true, force: true });
    await rm(join(folder, 'journeys', 'copy.journey.yaml'), { force: true });
    await close();
  }
});

test('publish --watch is not for an instance that sends to real people, unless it is said', async () => {
  const io = { env: { SOJOURN_PROJECT: folder }, out: () => {}, err: () => {} };
  const context = createContext(io, { data: await dataFolderOf('http://127.0.0.1:1', 'key', null) });
  await expect(watchProject(context, { signal: AbortSignal.abort() })).rejects.toThrow(/give --yes/);
  expect(await watchProject(context, { yes: true, signal: AbortSignal.abort() })).toMatchObject({ text: 'No longer watching.' });
});
