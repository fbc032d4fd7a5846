import { createHash } from 'node:crypto';
import type { Shop } from '../../domain/shop/shop.js';
import { pictureHosts } from '../../domain/shop/shop-address.js';
import type { Palette } from '../../domain/shop/shop-look.js';

/** The style of pages in the shop's look, and the policy that lets nothing but this style and the shop's logo in. */
export interface PageStyle {
  readonly css: string;
  readonly policy: string;
}

const made = new WeakMap<Shop, PageStyle>();

export function styleOf(shop: Shop): PageStyle {
  const known = made.get(shop);
  if (known !== undefined) return known;
  const css = cssOf(shop);
  const style = { css, policy: policyOf(shop, css) };
  made.set(shop, style);
  return style;
}

function policyOf(shop: Shop, css: string): string {
  return [
    "default-src 'none'",
    `style-src 'sha256-${createHash('sha256').update(css).digest('base64')}'`,
    ...(shop.look.logo === null ? [] : [`img-src ${pictureHosts(shop).join(' ')}`]),
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; ');
}

/** The same policy for a page that shows pictures of the shop's. */
export function withPictures(policy: string, shop: Shop): string {
  return policy.includes('img-src') ? policy : policy.replace('form-action', `img-src ${pictureHosts(shop).join(' ')}; form-action`);
}

function variables(palette: Palette): string {
  return Object.entries(palette)
    .map(([name, colour]) => `--${name}: ${colour};`)
    .join(' ');
}

/**
 * `shop.yaml` was read strictly: colours are `#rrggbb`, fonts hold nothing but names. Borders of fields are as dark as small print, so that
 * they are seen.
 */
function cssOf({ look }: Shop): string {
  return `
:root { color-scheme: light dark; ${variables(look.light)} --headline: ${look.fonts.headline}; --body: ${look.fonts.body}; }
@media (prefers-color-scheme: dark) { :root { ${variables(look.dark)} } .logo { background: ${look.light.ground}; border-radius: 6px; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; padding: clamp(1.25rem, 6vh, 4rem) 1rem 2rem; background: var(--ground); color: var(--ink); font: 1rem/1.6 var(--body); overflow-wrap: break-word; }
header, main, footer { width: 100%; max-width: 32rem; margin: 0 auto; }
.wide header, .wide main, .wide footer { max-width: 42rem; }
header { padding: 0 0 1.25rem; text-align: center; font: 1.5rem/1.25 var(--headline); letter-spacing: .02em; }
header a { color: var(--accent); text-decoration: none; }
.logo { display: inline-block; max-width: 100%; height: auto; border: 0; vertical-align: top; }
main { background: var(--paper); border-top: 6px solid var(--accent); border-radius: 8px; padding: clamp(1.5rem, 5vw, 2.5rem); }
h1 { margin: 0 0 .85rem; color: var(--title); font: 400 clamp(1.5rem, 5vw, 1.85rem)/1.25 var(--headline); text-wrap: balance; }
h2 { margin: 0 0 .5rem; color: var(--title); font: 400 1.3rem/1.3 var(--headline); }
p { margin: 0 0 1rem; }
p:last-child { margin-bottom: 0; }
ul { margin: 0 0 1rem; padding-left: 1.25rem; }
fieldset { min-width: 0; border: 0; border-top: 1px solid var(--line); margin: 0 0 1.25rem; padding: 1rem 0 0; }
legend { padding: 0 .75rem 0 0; color: var(--title); font-weight: 600; }
label { display: flex; gap: .7rem; align-items: flex-start; padding: .4rem 0; cursor: pointer; }
input[type=checkbox], input[type=radio] { flex: none; width: 1.25rem; height: 1.25rem; margin: .17rem 0 0; accent-color: var(--accent); }
button { font: 600 1rem/1.25 var(--body); padding: .9rem 1.75rem; border-radius: 6px; border: 1px solid var(--accent); background: var(--accent); color: var(--onAccent); cursor: pointer; }
button:hover { filter: brightness(1.08); }
button.plain { background: none; color: var(--ink); border-color: var(--soft); font-weight: 500; }
button.plain:hover { background: var(--panel); filter: none; }
button:focus-visible, a:focus-visible, input:focus-visible, select:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
table { width: 100%; border-collapse: collapse; margin: 0 0 1.25rem; }
th, td { padding: .7rem 0; border-top: 1px solid var(--line); vertical-align: top; text-align: left; }
thead th { border-top: 0; padding-top: 0; font-size: .875rem; color: var(--soft); font-weight: 600; }
tbody th { color: var(--title); font-weight: 600; hyphens: auto; }
tbody th span { display: block; color: var(--soft); font-weight: 400; font-size: .9rem; line-height: 1.45; }
td, thead th + th { width: 5.5rem; text-align: center; }
td label { justify-content: center; padding: 0; min-height: 2rem; }
td .soft { display: block; font-size: .8rem; line-height: 1.3; }
.fields { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 11rem), 1fr)); }
.fields label, .pair label { display: block; padding: 0; font-size: .92rem; color: var(--soft); }
.pair { display: flex; gap: 1rem; grid-column: 1 / -1; max-width: 26rem; }
.pair > :first-child { flex: 2; } .pair > :last-child { flex: 1; }
input[type=text], input[type=number], select { display: block; width: 100%; min-height: 2.9rem; margin-top: .3rem; padding: .55rem .75rem; font: 1rem/1.4 var(--body); color: var(--ink); background: var(--paper); border: 1px solid var(--soft); border-radius: 6px; }
progress { display: block; width: 100%; height: .5rem; margin: 0 0 1.25rem; accent-color: var(--accent); }
.choices label { border: 1px solid var(--line); border-radius: 8px; padding: .75rem .9rem; margin: 0 0 .6rem; align-items: center; }
.choices label:hover { border-color: var(--accent); }
.choices input { margin: 0; }
.choices img { width: 4.5rem; height: 4.5rem; object-fit: cover; border-radius: 6px; }
.result img { width: 100%; height: auto; border-radius: 8px; margin: 0 0 1rem; }
a.button { display: inline-block; font: 600 1rem/1.25 var(--body); padding: .9rem 1.75rem; border-radius: 6px; background: var(--accent); color: var(--onAccent); text-decoration: none; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
section { border-top: 1px solid var(--line); margin-top: 2rem; padding-top: 1.5rem; }
.actions { display: flex; flex-wrap: wrap; gap: .75rem; margin-top: 1.25rem; }
.actions form { display: contents; }
form + p { margin-top: 1.25rem; }
.note { border-left: 3px solid var(--accent); padding: .1rem 0 .1rem .9rem; }
.soft { color: var(--soft); font-size: .92rem; line-height: 1.5; }
a { color: var(--accent); }
footer { padding: 1.5rem 1rem 0; color: var(--soft); font-size: .82rem; text-align: center; }
footer p { margin: 0 0 .35rem; }
footer a { color: var(--soft); }
@media (max-width: 30rem) { .actions button { width: 100%; } td, thead th + th { width: 3.6rem; } thead th { hyphens: auto; } }
`;
}
