import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { trackDesigned, trackPlain } from '../../src/channels/track-links.js';
import { leadsToShop, shopHosts } from '../../src/domain/shop/shop-address.js';
import { signTracked } from '../../src/domain/tracking/tracking-token.js';
import { parseShop } from '../../src/project/shop.js';
import { testApi } from '../support/api.js';
import { reminded } from '../support/reminded.js';
import { openMemoryStore, resetTables } from '../support/stores.js';

const hosts = shopHosts('https://www.shop.example/', ['cdn.shop.net', '*.shop.org', 'shop.example:8443']);
const elsewhere = [
  'https://evil.example/',
  'https://shop.example.evil.example/',
  'https://evil.example/https://shop.example/',
  'https://shop.example@evil.example/',
  'https://user:pw@shop.example/',
  'https://evilshop.example/',
  'https://shop.org/',
  'https://evil-shop.org/',
  'https://shop.example:444/',
  'ftp://shop.example/',
  'javascript:alert(1)//shop.example',
  '//shop.example/x',
];

/** Issue 10, B 7: a link on the shop's own domain that leads anywhere makes any letter look like the shop's. */
describe('our links', () => {
  test.each(elsewhere)('never lead to %s', (address) => {
    expect(leadsToShop(hosts, address)).toBe(false);
    const addresses = {
      linkUrl: (link: number) => `https://mail.shop.example/l/${link}`,
      pictureUrl: 'https://mail.shop.example/o/o.gif',
      publicUrl: 'https://mail.shop.example',
      siteUrl: 'https://www.shop.example/',
      hosts,
    };
    const email = { html: `<body><a href="${address}">x</a></body>`, text: `See ${address} now` };
    const tracked = trackDesigned(email, addresses);
    expect(tracked.links).toEqual(['https://www.shop.example/']);
    expect(tracked.html).toContain(`href="${address}"`);
    expect(tracked.text).toBe(email.text);
    expect(trackPlain(`See ${address}${'/long'.repeat(20)}`, addresses, { onlyShorter: true })).toBeNull();
  });

  test.each([
    'https://shop.example/mug?a=1#b',
    'https://WWW.shop.example/',
    'http://shop.example/',
    'https://cdn.shop.net/x.png',
    'https://a.b.shop.org/',
    'https://shop.example:8443/',
    'https://shop.example:443/',
  ])('lead to the shop: %s', (address) => {
    expect(leadsToShop(hosts, address)).toBe(true);
  });

  test('are told which hosts are the shop’s in shop.yaml, without addresses and paths', async () => {
    const { readFile } = await import('node:fs/promises');
    const source = await readFile('shop.yaml', 'utf8');
    const withHosts = (list: string) => parseShop(source.replace(/^link_hosts:.*$/m, `link_hosts: ${list}`));
    expect(withHosts('[a.example, "*.b.example"]')).toMatchObject({
      shop: { hosts: ['willow-and-wren.example', 'www.willow-and-wren.example', 'a.example', '*.b.example'] },
    });
    for (const wrong of ['["https://a.example"]', '[a.example/x]', '["*"]', '[A.example]', '[com]', '["*.*.example"]'])
      expect(withHosts(wrong).kind).toBe('invalid');
  });

  describe('of messages that an earlier build sent', () => {
    let opened: Awaited<ReturnType<typeof openMemoryStore>>;
    beforeAll(async () => {
      opened = await openMemoryStore();
    });
    afterAll(() => opened.dispose());
    beforeEach(() => resetTables(opened.store));

    test('lead nobody elsewhere without their knowing, and to the shop as ever', async () => {
      const { deps, messageId } = await reminded(opened.store);
      const links = ['https://willow-and-wren.example/', 'https://evil.example/x?"><script>', 'https://willow-and-wren.example/mug'];
      await opened.store.db
        .updateTable('messages')
        .set({ links: JSON.stringify(links) })
        .execute();
      const { server } = await testApi(deps);
      const follow = (link: number) => server.inject(`/l/${signTracked(deps.secret, { messageId, link })}`);
      const shown = await follow(1);
      expect([shown.statusCode, shown.headers.location]).toEqual([200, undefined]);
      expect(shown.body).toContain('This link leads to another site');
      expect(shown.body).not.toContain('<script>');
      const led = await follow(2);
      expect([led.statusCode, led.headers.location]).toEqual([302, 'https://willow-and-wren.example/mug']);
      expect((await follow(0)).headers.location).toBe('https://willow-and-wren.example/');
    });
  });
});
