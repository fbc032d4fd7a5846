import { cartPage } from './cart/page.js';
import { confirmPage } from './confirm/page.js';
import { dataPage } from './data/page.js';
import type { CustomerPage } from './kit/customer-page.js';
import { preferencesPage } from './preferences/page.js';
import { quizPage } from './quiz/page.js';
import { trackingPage } from './tracking/page.js';
import { unsubscribePage } from './unsubscribe/page.js';
import { viewPage } from './view/page.js';

/**
 * All pages for customers. To add one: a folder with `page.ts` (a `CustomerPage`) and `words.ts` (English and German), by the parts of
 * `kit/`; a line here; a line in `allPages` of `test/pages/look.test.ts`, which looks at it in a browser.
 */
export const customerPages: readonly CustomerPage[] = [
  unsubscribePage,
  preferencesPage,
  dataPage,
  confirmPage,
  cartPage,
  trackingPage,
  viewPage,
  quizPage,
];

/** The page that this address is of, also where a mail program has cut it short; null: it is no address of a page. */
export function pageAt(url: string): CustomerPage | null {
  const letter = /^\/([a-z])(?:[/?]|$)/.exec(url)?.[1];
  return customerPages.find(({ letters }) => letter !== undefined && letters.includes(letter)) ?? null;
}
