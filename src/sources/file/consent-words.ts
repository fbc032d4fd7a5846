/** What a cell says of somebody's consent. */
export type ConsentWord =
  | 'granted'
  /** The person said no to all of it: the address gets no marketing. */
  | 'withdrawn'
  /** A box that is not ticked: no for this person. */
  | 'denied'
  | 'bounced'
  | 'complained'
  | 'silent';

export interface StateWords {
  readonly granted: readonly string[];
  readonly refused: readonly string[];
  readonly silent: readonly string[];
  readonly bounced: readonly string[];
  readonly complained: readonly string[];
}

/**
 * Reads the state of a consent. A yes is one of a few exact words; a no is read as widely as possible, in whatever words a system has for
 * it, and one no in a list of reasons is enough. Words of the mapping count before ours. Null: it is none of these, and a person must say
 * what it means.
 */
export function readConsentWord(written: string | null, words: StateWords): ConsentWord | null {
  if (written === null) return 'silent';
  const whole = plain(written);
  const own = ownWord(whole, words);
  if (own !== null) return own;
  const parts = whole
    .split(/[,;|]/)
    .map(plain)
    .filter((part) => part !== '');
  const read = parts.map((part) => ownWord(part, words) ?? usualWord(part));
  const strongest = strength.find((word) => read.includes(word));
  if (strongest !== undefined) return strongest;
  return read.length > 0 && read.every((word) => word === 'granted') ? 'granted' : read.includes(null) ? null : (read[0] ?? 'silent');
}

const strength = ['complained', 'withdrawn', 'bounced', 'denied'] as const;

function plain(text: string): string {
  return text
    .toLowerCase()
    .replace(/[_\s-]+/g, ' ')
    .trim();
}

function ownWord(text: string, words: StateWords): ConsentWord | null {
  const has = (list: readonly string[]) => list.some((word) => plain(word) === text);
  if (has(words.complained)) return 'complained';
  if (has(words.bounced)) return 'bounced';
  if (has(words.refused)) return 'withdrawn';
  if (has(words.silent)) return 'silent';
  return has(words.granted) ? 'granted' : null;
}

function usualWord(text: string): ConsentWord | null {
  if (silentWords.has(text)) return 'silent';
  if (/complain|spam|abuse|junk/.test(text)) return 'complained';
  if (/bounce|clean|invalid|undeliver/.test(text)) return 'bounced';
  if (noWords.test(text)) return 'withdrawn';
  if (boxes.has(text)) return 'denied';
  return yesWords.has(text) ? 'granted' : null;
}

const silentWords: ReadonlySet<string> = new Set([
  'never subscribed',
  'not subscribed',
  'non subscribed',
  'none',
  'unknown',
  'pending',
  '[]',
]);
const noWords = /unsub|opt(?:ed)? ?out|stop|suppress|revok|withdr|denied|declin|refus|reject|remov|block|objec|abgemeldet|widerruf/;
const boxes: ReadonlySet<string> = new Set(['no', 'false', '0', 'nein', 'non', 'off']);
const yesWords: ReadonlySet<string> = new Set(['subscribed', 'granted', 'yes', 'true', '1', 'opted in', 'opt in', 'ja', 'oui']);
