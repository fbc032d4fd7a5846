import { describe, expect, test } from 'vitest';
import { trackDesigned, trackPlain } from '../../src/channels/track-links.js';
import { shopHosts } from '../../src/domain/shop/shop-address.js';

const addresses = {
  linkUrl: (link: number) => `https://mail.shop.example/l/${link}.id.mac`,
  pictureUrl: 'https://mail.shop.example/o/o.id.mac.gif',
  publicUrl: 'https://mail.shop.example',
  siteUrl: 'https://shop.example/',
  hosts: shopHosts('https://shop.example/', []),
};

describe('the links of an email', () => {
  test('become ours by number, the same address the same number, in both parts', () => {
    const { html, text, links } = trackDesigned(
      {
        html: `<body><a class="x" href="https://shop.example/mug?a=1&amp;b=2" style="color:red">Mug</a><A HREF='https://shop.example/tea'>Tea</A>
          <a href=https://shop.example/tea>Tea</a><area href="https://shop.example/map"><a href="https://mail.shop.example/c/token">Cart</a></body>`,
        text: 'Mug: https://shop.example/mug?a=1&b=2\nSee https://shop.example/tea.\nCart: https://mail.shop.example/c/token',
      },
      addresses,
    );
    expect(links).toEqual([
      'https://shop.example/',
      'https://shop.example/mug?a=1&b=2',
      'https://shop.example/tea',
      'https://shop.example/map',
      'https://mail.shop.example/c/token',
    ]);
    expect([...html.matchAll(/\/l\/(\d)\./g)].map(([, number]) => number)).toEqual(['1', '2', '2', '3', '4', '0']);
    expect(html).toContain('<a class="x" href="https://mail.shop.example/l/1.id.mac" style="color:red">Mug</a>');
    expect(text).toBe(
      'Mug: https://mail.shop.example/l/1.id.mac\nSee https://mail.shop.example/l/2.id.mac.\nCart: https://mail.shop.example/l/4.id.mac',
    );
  });

  test('stay where they lead to our pages, to no page of the web, or ask not to be counted', () => {
    const email = {
      html: `<a href="https://mail.shop.example/u/token">Leave</a><a href="https://mail.shop.example/p/token">Choose</a><a href="mailto:a@shop.example">Write</a>
        <a href="tel:+44770090">Call</a><a href="#top">Up</a><a href="">Nothing</a><a data-no-track href="https://bank.example/3ds?x=1">Pay</a>`,
      text: 'https://mail.shop.example/u/token https://bank.example/3ds?x=1 mailto:a@shop.example',
    };
    const { html, text, links } = trackDesigned(email, addresses);
    expect(links).toEqual(['https://shop.example/']);
    expect(html.startsWith(email.html)).toBe(true);
    expect(text).toBe(email.text);
  });

  test('come with a hidden one and a picture, before the end of the body, and none of them in the text part', () => {
    const { html, text } = trackDesigned({ html: '<html><body>Hello</body></html>', text: 'Hello' }, addresses);
    expect(html).toMatch(
      /Hello<a href="[^"]*\/l\/0\.id\.mac"[^>]*aria-hidden="true"[^>]*display:none[^>]*><\/a><img src="[^"]*\/o\/o\.id\.mac\.gif"[^>]*><\/body>/,
    );
    expect(text).toBe('Hello');
  });
});

describe('the links of a text', () => {
  test('become ours only where that is no longer', () => {
    const long = 'https://shop.example/a/page/with/a/name/that/goes/on?utm_source=sms';
    expect(trackPlain(`Look: ${long}!`, addresses, { onlyShorter: true })).toEqual({
      body: 'Look: https://mail.shop.example/l/1.id.mac!',
      links: ['https://shop.example/', long],
    });
    expect(trackPlain('Look: https://shop.example/tea', addresses, { onlyShorter: true })).toBeNull();
  });
});
