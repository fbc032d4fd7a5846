/**
 * What this JSON text says, without what no text column takes: NUL and halves of surrogate pairs become U+FFFD. Whole numbers beyond 2^53
 * are text, with all their digits. Undefined: it is no JSON.
 */
export function readJson(text: string): unknown {
  const plain = text.startsWith('\uFEFF') ? text.slice(1) : text;
  try {
    const exact = mayBeInexact.test(plain) ? withAllDigits(plain) : plain;
    return JSON.parse(mayBeRefused.test(exact) ? exact.replace(escapes, mend) : exact);
  } catch {
    return undefined;
  }
}

/** Digits enough for a whole number that a double does not hold: ids of some shops. Only then is the text looked through. */
const mayBeInexact = /\d{16}/;
/** Whole strings first, so that no digits within one are taken for a number. Each character is looked at once. */
const stringsAndNumbers = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*/gs;

/** Throws where the text is no JSON: a string without an end would be looked through again from each of its quotes. */
function withAllDigits(text: string): string {
  JSON.parse(text);
  return text.replace(stringsAndNumbers, withDigits);
}

/** A whole number beyond 2^53 becomes text with all its digits; what reads an amount reads text too. */
function withDigits(token: string): string {
  return /^-?[1-9]\d{15,}$/.test(token) && !Number.isSafeInteger(Number(token)) ? `"${token}"` : token;
}

const mayBeRefused = /\\u(?:0000|d[89a-f])/i;
/**
 * A whole surrogate pair, any other character by its number, or a short escape: in this order, so that no half of a pair is taken for
 * itself.
 */
const escapes = /\\(?:ud[89ab][0-9a-f]{2}\\ud[c-f][0-9a-f]{2}|u[0-9a-f]{4}|.)/gi;

function mend(escape: string): string {
  return escape.length === 6 && /^\\u(?:0000|d[89a-f])/i.test(escape) ? '\uFFFD' : escape;
}
