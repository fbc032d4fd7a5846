import type { FastifyReply } from 'fastify';
import type { Shop } from '../../domain/shop/shop.js';
import { styleOf, withPictures } from './style.js';
import { kitWordsOf, type Language } from './words.js';

/** Markup that is safe to put into a page. */
export interface Html {
  readonly markup: string;
}

/** Markup from a template literal; whatever is put in is escaped, unless it is markup itself. */
export function html(parts: TemplateStringsArray, ...values: readonly (string | number | Html | readonly Html[])[]): Html {
  return { markup: parts.reduce((text, part, index) => text + markupOf(values[index - 1] ?? '') + part) };
}

function markupOf(value: string | number | Html | readonly Html[]): string {
  if (typeof value === 'object') return 'markup' in value ? value.markup : value.map((one) => one.markup).join('');
  return String(value).replace(/[&<>"']/g, (character) => entities[character] ?? character);
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** What a page says; `status` is 200 unless it is said. */
export interface PageContent {
  readonly title: string;
  readonly body: Html;
  readonly status?: number;
  readonly isWide?: boolean;
  /** It shows pictures from the shop's own hosts. */
  readonly hasPictures?: boolean;
}

/** Sends a page in the shop's look: no script, nothing loaded but its logo, never cached, never indexed. */
export function sendPage(reply: FastifyReply, page: PageContent & { readonly shop: Shop; readonly language: Language }) {
  const { shop, language, title, body } = page;
  const { css, policy } = styleOf(shop);
  const document = html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title} · ${shop.brand}</title>
<style>${{ markup: css }}</style>
</head>
<body${{ markup: page.isWide === true ? ' class="wide"' : '' }}>
<header>${brandOf(shop)}</header>
<main>
<h1>${title}</h1>
${body}
</main>
${footerOf(shop, language)}
</body>
</html>
`;
  return (
    reply
      .status(page.status ?? 200)
      .header('content-security-policy', page.hasPictures === true ? withPictures(policy, shop) : policy)
      .header('cache-control', 'no-store')
      .header('x-robots-tag', 'noindex')
      // Nothing of a link leaves for elsewhere; to our own pages forms say where they come from (`isFromElsewhere`).
      .header('referrer-policy', 'same-origin')
      .type('text/html; charset=utf-8')
      .send(document.markup)
  );
}

function brandOf({ brand, siteUrl, look: { logo } }: Shop): Html {
  const shown = logo === null ? html`${brand}` : html`<img class="logo" src="${logo.url}" alt="${brand}" width="${logo.width}">`;
  return html`<a href="${siteUrl}">${shown}</a>`;
}

function footerOf(shop: Shop, language: Language): Html {
  const places = [{ name: kitWordsOf(language).help, url: shop.supportUrl }, ...shop.look.social];
  const links = places.map(({ name, url }, index) => html`${index === 0 ? '' : ' · '}<a href="${url}">${name}</a>`);
  return html`<footer><p>${links}</p><p>${shop.postalAddress.join(', ')}</p></footer>`;
}
