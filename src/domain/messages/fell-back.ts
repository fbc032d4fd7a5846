import { languageOf } from '../values/language-tag.js';

/**
 * The language that was asked for (`de`, `de-AT`), where the words are in another one, `given`; null: it is that one, or none was asked
 * for.
 */
export function fellBackFrom(wanted: string | null | undefined, given: string): string | null {
  const asked = /^([a-z]{2,3})(?:[-_]|$)/i.exec(wanted ?? '')?.[1]?.toLowerCase();
  return asked === undefined || asked === languageOf(given) ? null : asked;
}
