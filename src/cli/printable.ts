import type { CliIo } from './context.js';

/**
 * What makes a terminal do something other than show a character: control characters but tab and new line, and what turns the direction of
 * writing. Names, events and mails are written by strangers, and would move the cursor, rewrite lines above or set the title of the window.
 */
const unprintable = /(?![\t\n])[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

/** The same text with those written out: `\u001b`. In JSON it means the same as before. */
export function printable(text: string): string {
  return text.replace(unprintable, escaped);
}

/** As `printable`, on one line: for a stranger's value within a sentence or a table. */
export function oneLine(text: string): string {
  return text.replace(/[\t\n]/g, escaped);
}

/** A terminal that gets only what can be shown. */
export function printableIo(io: CliIo): CliIo {
  return { ...io, out: (text) => io.out(printable(text)), err: (text) => io.err(printable(text)) };
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
