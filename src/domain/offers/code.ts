/**
 * Letters and digits of codes: none that is taken for another one (0 O, 1 I L, 2 Z, 5 S, 8 B), and no vowel, so that no code is a word.
 */
export const codeAlphabet = 'CDFGHJKMNPQRTVWXY34679';

/** Fewer could be guessed: eight letters make 5 × 10¹⁰ codes. */
export const leastLetters = 8;

/** Random bytes, of a cryptographic source. */
export type Chance = (bytes: number) => Uint8Array;

/** A code that nobody can guess. Every letter is as likely as another: bytes that would favour some are thrown away. */
export function makeCode({ prefix, length }: { readonly prefix: string; readonly length: number }, chance: Chance): string {
  const fair = 256 - (256 % codeAlphabet.length);
  let letters = '';
  while (letters.length < length)
    for (const byte of chance(length - letters.length)) if (byte < fair) letters += codeAlphabet[byte % codeAlphabet.length];
  return `${prefix}${letters}`;
}

const writtenCode = /^[\x21-\x7e]{3,64}$/;

/** A code as a shop writes it: 3 to 64 letters, digits and signs of ASCII without spaces. Null: it is none. */
export function readCode(text: string): string | null {
  const bare = text.trim();
  return writtenCode.test(bare) ? bare : null;
}

/** Under which codes are compared: nobody types them as they were written. */
export function codeKey(code: string): string {
  return code.trim().toLowerCase();
}
