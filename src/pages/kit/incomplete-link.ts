import { type Html, html } from './page.js';
import { kitWordsOf, type Language } from './words.js';

/** Where the form of an incomplete link posts to. */
export const freshLinksPath = '/u';

/** What a page says where the token of a link is none: nothing has changed, and there is a way by address. */
export function incompleteLink(brand: string, language: Language, note?: string): Html {
  return html`${note === undefined ? html`<p>${kitWordsOf(language).incomplete(brand)}</p>` : html`<p class="note" role="status">${note}</p>`}${addressForm(language)}`;
}

/** Asks for an address, to which links are mailed that work. */
export function addressForm(language: Language): Html {
  const words = kitWordsOf(language);
  return html`<form method="post" action="${freshLinksPath}"><input type="hidden" name="lang" value="${language}"><div class="fields"><label>${words.email}<input type="text" inputmode="email" name="email" maxlength="320" autocomplete="email" required></label></div><div class="actions"><button type="submit">${words.sendLink}</button></div></form>`;
}
