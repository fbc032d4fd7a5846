import Table from 'cli-table3';
import { oneLine } from './printable.js';

/** Columns under quiet headings, without lines. Empty: the sentence that is said instead. */
export function table(head: readonly string[], rows: readonly (readonly (string | number | null)[])[], whenEmpty: string): string {
  if (rows.length === 0) return whenEmpty;
  const drawn = new Table({
    head: [...head],
    chars: quiet,
    style: { head: [], border: [], compact: true, 'padding-left': 0, 'padding-right': 3 },
  });
  drawn.push(...rows.map((row) => row.map((cell) => oneLine(String(cell ?? '–')))));
  return drawn
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

const quiet = Object.fromEntries(
  [
    'top',
    'top-mid',
    'top-left',
    'top-right',
    'bottom',
    'bottom-mid',
    'bottom-left',
    'bottom-right',
    'left',
    'left-mid',
    'mid',
    'mid-mid',
    'right',
    'right-mid',
    'middle',
  ].map((place) => [place, '']),
);

/** Parts with an empty line between them; empty parts are left out. */
export function paragraphs(...parts: readonly (string | null)[]): string {
  return parts.filter((part) => part !== null && part !== '').join('\n\n');
}

/** `1 entry`, `3 entries`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** `12.50 EUR`. */
export function money(amount: number, currency: string | null): string {
  return `${amount.toFixed(2)} ${currency ?? '(no currency)'}`;
}
