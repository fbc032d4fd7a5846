/**
 * The text of a cell; null: nothing. Without what spreadsheets and exporters put around a value so that it is shown as it is: an apostrophe
 * (`'+4930…`), a formula (`="0049"`). What a spreadsheet writes for an error (`#N/A`) and a database for nothing (`NULL`, `\N`) is nothing.
 */
export function cellOf(value: unknown): string | null {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value !== 'string') return null;
  const bare = value.replace(/[\u00A0\uFEFF]/g, ' ').trim();
  const shown = /^="(.*)"$/s.exec(bare)?.[1] ?? (/^'[+\-=@\d]/.test(bare) ? bare.slice(1) : bare);
  const text = shown.trim();
  return text === '' || nothing.test(text) ? null : text;
}

const nothing = /^(?:#(?:N\/A|NV|REF!|VALUE!|WERT!|NAME\?|DIV\/0!|NULL!)|NULL|\\N|(?:undefined|nan))$/i;
