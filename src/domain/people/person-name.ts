import { isPlaceholder, shippedPlaceholders } from '../values/placeholder-id.js';
import { trimEnd } from '../values/trim-end.js';
import { plainName } from './plain-name.js';

/** What programs write where they have nothing, or filled nothing in: no word of a person, and nothing to show to one. */
export function isProgramWord(text: string): boolean {
  const bare = text.replace(/[\p{Cf}\p{Cc}]/gu, '').trim();
  return /^(?:undefined|null|nil|nan|none|n\/a|#n\/a|#ref!|#value!|\[object \w+\])$|\{\{|\}\}|\{%|\$\{|<%|%>|\*\||\|\*|\[object object\]|^%\w+%$/i.test(
    bare,
  );
}

/** What stands in the field of a name where there is none, beside what stands in that of an id. */
const noNames: ReadonlySet<string> = new Set([
  ...shippedPlaceholders,
  ...`test, tester, testing, test user, testuser, name, first name, firstname, first_name, last name, lastname, full name, fullname, your name, yourname, surname,
    vorname, nachname, kunde, kundin, gast, invité, client, cliente, no name, noname, not provided, not available, not applicable, not given, no data, sir/madam,
    asdf, asdfgh, qwerty, abc, xyz, x, xx, xxx, dummy, sample, example, admin, administrator, info, private, hidden, nobody, no one, error, #n/a, #ref!, #value!,
    nul, invalid, invalid date, keine angabe, k.a., k. a., ohne, unbekannt`
    .split(',')
    .map((name) => name.trim()),
]);

/** Letters of the longest name by which somebody is greeted: what is longer is a text, or a hand that lay on a key. */
const longestGreeting = 40;
/** Signs of programs and pages; no name has them. */
const signsOfPrograms = /[<>{}[\]\\|^~=$%*;`]|&[a-z#0-9]+;?$/iu;

/**
 * A name as a mail may say it: on one line, without addresses and invisible marks. Null: it is not a name (`null`, `N/A`, `-`, an email,
 * only an emoji, markup), so that a greeting omits it.
 *
 * @example nameInMail(' Ada ') // 'Ada'
 */
export function nameInMail(name: string): string | null {
  const plain = withoutEdges(plainName(name));
  const isNone = !/\p{L}/u.test(plain) || isPlaceholder(plain, noNames) || isProgramWord(name) || signsOfPrograms.test(plain);
  return isNone ? null : plain;
}

/** Quotes and signs that people and lists put around a name. */
const before: ReadonlySet<string> = new Set(' "\'“”„«»,.:!?-');
const after: ReadonlySet<string> = new Set(' "“”„«»,:!?-');

function withoutEdges(text: string): string {
  let start = 0;
  while (before.has(text[start] ?? '')) start += 1;
  return trimEnd(text.slice(start), (sign) => after.has(sign));
}

/** The same of a name by which somebody is greeted: a word or a few, not a text. */
export function greetingName(name: string): string | null {
  const shown = nameInMail(name);
  return shown === null || Array.from(shown).length > longestGreeting ? null : shown;
}
