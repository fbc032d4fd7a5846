import { createHash } from 'node:crypto';
import type { FastifyReply } from 'fastify';
import type { Shop } from '../../domain/shop.js';
import { type Language, wordsOf } from './words.js';

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

const style = `
:root { color-scheme: light dark; --ink: #20242b; --soft: #5d6470; --line: #d9dde3; --paper: #fff; --ground: #f3f4f6; --accent: #1f5f53; }
@media (prefers-color-scheme: dark) { :root { --ink: #eceef1; --soft: #a7aeb9; --line: #3a404a; --paper: #1f232a; --ground: #14171b; --accent: #7cc9b8; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1.5rem; background: var(--ground); color: var(--ink); font: 1rem/1.55 system-ui, sans-serif; }
main { width: 100%; max-width: 30rem; background: var(--paper); border: 1px solid var(--line); border-radius: 14px; padding: 2rem; }
main.wide { max-width: 40rem; }
.brand { margin: 0 0 1.25rem; color: var(--soft); font-size: .9rem; letter-spacing: .02em; }
h1 { margin: 0 0 .75rem; font-size: 1.5rem; line-height: 1.25; }
p { margin: 0 0 1rem; }
fieldset { border: 0; border-top: 1px solid var(--line); margin: 0 0 1rem; padding: 1rem 0 0; }
legend { padding: 0 .75rem 0 0; font-weight: 600; }
label { display: flex; gap: .7rem; align-items: flex-start; padding: .4rem 0; cursor: pointer; }
input[type=checkbox] { flex: none; width: 1.15rem; height: 1.15rem; margin: .2rem 0 0; accent-color: var(--accent); }
button { font: inherit; font-weight: 600; padding: .7rem 1.4rem; border-radius: 9px; border: 1px solid var(--accent); background: var(--accent); color: var(--paper); cursor: pointer; }
button.plain { background: none; color: var(--ink); border-color: var(--line); font-weight: 500; }
button:focus-visible, a:focus-visible, input:focus-visible, select:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
input[type=radio] { flex: none; width: 1.15rem; height: 1.15rem; margin: .2rem 0 0; accent-color: var(--accent); }
table { width: 100%; border-collapse: collapse; margin: 0 0 1rem; }
th, td { padding: .6rem 0; border-top: 1px solid var(--line); vertical-align: top; text-align: left; }
thead th { border-top: 0; font-size: .85rem; color: var(--soft); font-weight: 600; }
tbody th { font-weight: 600; }
tbody th span { display: block; color: var(--soft); font-weight: 400; font-size: .9rem; }
td, thead th + th { width: 5.5rem; text-align: center; }
td label { justify-content: center; padding: 0; min-height: 2rem; }
td .soft { display: block; font-size: .78rem; line-height: 1.3; }
.fields { display: grid; gap: .9rem; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); }
.fields label, .pair label { display: block; padding: 0; font-size: .92rem; color: var(--soft); }
.pair { display: flex; gap: .9rem; grid-column: 1 / -1; max-width: 24rem; }
.pair > :first-child { flex: 2; } .pair > :last-child { flex: 1; }
input[type=text], input[type=number], select { display: block; width: 100%; margin-top: .3rem; padding: .55rem .65rem; font: inherit; color: var(--ink); background: var(--paper); border: 1px solid var(--line); border-radius: 8px; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
section { border-top: 1px solid var(--line); margin-top: 2rem; padding-top: 1.25rem; }
h2 { margin: 0 0 .5rem; font-size: 1.05rem; }
section form { display: inline-block; }
.actions { display: flex; flex-wrap: wrap; gap: .75rem; margin-top: 1.25rem; }
form + p { margin-top: 1.25rem; }
.note { border-left: 3px solid var(--accent); padding: .1rem 0 .1rem .8rem; }
.soft { color: var(--soft); font-size: .92rem; }
a { color: var(--accent); }
footer { margin-top: 1.75rem; padding-top: 1rem; border-top: 1px solid var(--line); color: var(--soft); font-size: .82rem; }
footer p { margin: 0; }
`;

const policy = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ');

/** Sends a page of the shop: no script, nothing loaded from anywhere, never cached, never indexed. */
export function sendPage(
  reply: FastifyReply,
  page: {
    readonly shop: Shop;
    readonly language: Language;
    readonly title: string;
    readonly body: Html;
    readonly status?: number;
    readonly isWide?: boolean;
  },
) {
  const { shop, language, title, body } = page;
  const document = html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title} · ${shop.brand}</title>
<style>${{ markup: style }}</style>
</head>
<body>
<main${{ markup: page.isWide === true ? ' class="wide"' : '' }}>
<p class="brand">${shop.brand}</p>
<h1>${title}</h1>
${body}
<footer>${shop.postalAddress.map((line) => html`<p>${line}</p>`)}<p><a href="${shop.supportUrl}">${wordsOf(language).help}</a></p></footer>
</main>
</body>
</html>
`;
  return (
    reply
      .status(page.status ?? 200)
      .header('content-security-policy', policy)
      .header('cache-control', 'no-store')
      .header('x-robots-tag', 'noindex')
      // Nothing of a link leaves for elsewhere; to our own pages forms say where they come from (`isFromElsewhere`).
      .header('referrer-policy', 'same-origin')
      .type('text/html; charset=utf-8')
      .send(document.markup)
  );
}
