/**
 * Names that others gave (a person's, a product's) as words alone: mail programs make links of whatever looks like an address, so a name
 * with one is a link in a genuine mail. Everything here takes time in proportion to the text.
 */

/** What a mail shows of a name at most, in characters. */
const longestName = 100;
/** The same of a name that nobody of the shop vouches for. */
const longestClaim = 60;
/** Longer ones are cut before they are looked at. */
const longestRead = 2_000;
/** A digit more in one word, and it is a number to write to: `60300` is one in many countries, a year or a size is none. */
const mostDigits = 4;
/** A digit more in numbers that stand side by side, and they may be one to call: `0906 900 1234`; sizes are shorter. */
const mostDigitsOfRow = 6;

/**
 * A name without web and mail addresses, on one line, 100 characters at most. Dots that join two words ("Dr.Martens") become blanks. May be
 * empty.
 *
 * ```ts
 * plainName('Ada, see https://evil.example/x now') // 'Ada, see now'
 * ```
 */
export function plainName(name: string): string {
  return cut(wordsOf(name).flatMap(plainWord), longestName);
}

/** The same of a name that anybody may have put there: also without numbers to call or to write to, and 60 characters at most. */
export function claimedName(name: string): string {
  return cut(withoutNumbers(wordsOf(name).flatMap(plainWord)), longestClaim);
}

/**
 * Control and format marks, and letters that show nothing (fillers), are in no name, apart from those that join letters (Persian, families
 * of emoji).
 */
function wordsOf(name: string): readonly string[] {
  return name
    .slice(0, longestRead)
    .normalize('NFC')
    .replaceAll(heapedMarks, '$1')
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\u115f\u1160\u3164\uffa0\u2800]/gu, ' ')
    .replaceAll(/(?![\u200c\u200d])[\p{Cf}\p{Co}\p{Cs}\p{Cn}]/gu, '')
    .split(/\s+/)
    .filter((word) => word !== '');
}

/** More marks on one letter than any script writes are there to spoil the line. */
const heapedMarks = /(\p{M}{4})\p{M}+/gu;

/** A word as it would be read in an address: what looks like a dot is one, and joiners are nothing. */
function asRead(word: string): string {
  return word
    .normalize('NFKC')
    .replaceAll(/[\u3002\uff61\u2024]/g, '.')
    .replaceAll(/[\u200c\u200d]/g, '');
}

function plainWord(word: string): readonly string[] {
  const read = asRead(word);
  if (read.includes('://') || read.includes('@') || /^\W*www\./i.test(read)) return [];
  const parts = read.split('.');
  if (!parts.some((part, index) => index > 0 && joins(parts[index - 1] ?? '', part))) return [word];
  return looksLikeHost(parts) ? [] : parts.filter((part) => part !== '');
}

/** Does a dot between these make one word of them, as in a host's name? Between digits it is a number's. */
function joins(before: string, after: string): boolean {
  return /[\p{L}\p{N}]$/u.test(before) && /^\p{L}{2}/u.test(after);
}

/**
 * Words that people join by a dot begin with a capital and have small letters behind it; all else may be a host, and so may what is short.
 */
function looksLikeHost(parts: readonly string[]): boolean {
  return parts.slice(1).some((part) => {
    const letters = /^\p{L}+/u.exec(part)?.[0] ?? '';
    return letters.length >= 2 && !(letters.length > 3 && /^\p{Lu}\p{Ll}+$/u.test(letters) && letters.length === part.length);
  });
}

/** Digits that stand together, also with signs and blanks between them, as numbers are written. Whole words go. */
function withoutNumbers(words: readonly string[]): readonly string[] {
  const kept: string[] = [];
  let run: string[] = [];
  const close = (): void => {
    const isShort = run.every((word) => digitsOf(word) <= mostDigits) && digitsOf(run.join('')) <= mostDigitsOfRow;
    if (isShort) kept.push(...run);
    run = [];
  };
  for (const word of words) {
    const read = asRead(word);
    const isNumber = /^[+(]*\p{N}[\p{N}().,/+-]*$/u.test(read);
    if (!isNumber) close();
    if (isNumber) run.push(word);
    else if (!/\p{N}{5}/u.test(read)) kept.push(word);
  }
  close();
  return kept;
}

function digitsOf(text: string): number {
  return (text.match(/\p{N}/gu) ?? []).length;
}

/** What a reader takes for one letter: an emoji of a family is one. */
const letterByLetter = new Intl.Segmenter('en', { granularity: 'grapheme' });

function cut(words: readonly string[], longest: number): string {
  const text = words.join(' ');
  if (text.length <= longest) return text;
  const letters = Array.from(letterByLetter.segment(text), ({ segment }) => segment);
  if (letters.length <= longest) return text;
  const shown = letters.slice(0, longest - 1).join('');
  return `${shown.trimEnd()}…`;
}
