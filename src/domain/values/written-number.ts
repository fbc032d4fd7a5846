/**
 * Numbers as people write them: `1,234.50`, `1.234,50`, `1 234,50`, `€30.00`. What may mean two things (`1.299` is a thousand to some, and
 * a little more than one to others) is no number here.
 */

/** What may stand around an amount: a currency's sign or code, a word such as `pc` or `Stück`, and `.-` or `,-` for no cents. */
const around =
  /^(?:(?![\d.,'’_+−-])[^\d\s()]{1,12}\.?\s*)?([+−-]?)\s*(?:[\p{Sc}]\s*)?(\d[\d.,'’_\s]*?)(?:[.,]\s?[-–—]+)?(?:\s*[^\d\s.,'’_+−()-][^\d()]{0,11})?$/u;
const plainNumber = /^[+-]?\d+(?:\.\d+)?e[+-]?\d{1,2}$/i;
const longest = 60;

/**
 * The number that a text says; null: none, or one that may mean two things. `decimals`: how many the currency has (2 for EUR, 0 for JPY),
 * which tells `1,299` EUR (a thousand) from `1,299` KWD (which may be either); null where no currency is known.
 *
 * @example readWrittenNumber('1.234,50 €', 2) // 1234.5
 */
export function readWrittenNumber(text: string, decimals: number | null): number | null {
  const whole = text
    .normalize('NFKC')
    .replace(/[\p{Cf}\p{Cc}]/gu, '')
    .trim();
  if (whole === '' || whole.length > longest) return null;
  if (plainNumber.test(whole)) return finite(Number(whole));
  const match = around.exec(whole);
  const digits = match === null ? null : plainDigits((match[2] ?? '').trim(), decimals);
  if (digits === null) return null;
  return finite(match?.[1] === '-' || match?.[1] === '−' ? -Number(digits) : Number(digits));
}

/** The digits with a point for the decimals and nothing between thousands; null: they may be read in two ways, or in none. */
function plainDigits(written: string, decimals: number | null): string | null {
  if (/^\d+$/.test(written)) return written;
  // Blanks, apostrophes and underscores only ever part thousands; then what remains is for the decimals.
  if (/[\s'’_]/.test(written)) {
    const match = /^(\d{1,3}(?:([\s'’_])\d{3})(?:\2\d{3})*)(?:[.,](\d+))?$/.exec(written);
    return match === null ? null : joined(match[1] ?? '', match[3]);
  }
  const [last] = written.match(/[.,](?=\d*$)/) ?? [];
  const parts = written.split(last ?? '.');
  const other = last === ',' ? '.' : ',';
  if (written.includes(other)) return parts.length === 2 && isGrouped(parts[0] ?? '', other) ? joined(parts[0] ?? '', parts[1]) : null;
  if (parts.length > 2) return isGrouped(written, last ?? '.') ? joined(written, undefined) : null;
  return onePart(parts[0] ?? '', parts[1] ?? '', last ?? '.', decimals);
}

/** One separator, once: three digits behind it may be thousands or decimals. */
function onePart(before: string, after: string, separator: string, decimals: number | null): string | null {
  if (after === '') return null;
  if (after.length !== 3 || before.length > 3 || before.startsWith('0')) return joined(before, after);
  // A currency without cents has no decimals to write; one with two has no third, and no program writes a comma for it.
  if (decimals === 0 || (decimals === 2 && separator === ',')) return `${before}${after}`;
  return null;
}

/** Thousands, or as in India hundreds above the first thousand. */
function isGrouped(written: string, separator: string): boolean {
  const [first = '', ...rest] = written.split(separator);
  const last = rest.at(-1);
  const isEven = rest.every((part) => part.length === 3);
  const isIndian = separator === ',' && rest.slice(0, -1).every((part) => part.length === 2);
  return /^\d+$/.test(written.replaceAll(separator, '')) && /^[1-9]\d{0,2}$/.test(first) && last?.length === 3 && (isEven || isIndian);
}

function joined(thousands: string, decimals: string | undefined): string {
  const whole = thousands.replace(/\D/g, '');
  return decimals === undefined ? whole : `${whole}.${decimals}`;
}

function finite(number: number): number | null {
  return Number.isFinite(number) ? number : null;
}
