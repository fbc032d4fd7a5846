/** Signs that mean one currency alone. `$`, `¥` and `kr` mean several, so they tell nothing. */
const signs: Readonly<Record<string, string>> = {
  '€': 'EUR',
  '£': 'GBP',
  '₫': 'VND',
  '₹': 'INR',
  '₽': 'RUB',
  '₩': 'KRW',
  '₪': 'ILS',
  '₺': 'TRY',
  '₴': 'UAH',
  '₱': 'PHP',
  '₦': 'NGN',
  '฿': 'THB',
  zł: 'PLN',
  kč: 'CZK',
  us$: 'USD',
  au$: 'AUD',
  a$: 'AUD',
  ca$: 'CAD',
  c$: 'CAD',
  nz$: 'NZD',
  r$: 'BRL',
  euro: 'EUR',
  euros: 'EUR',
};

/** The currency that a text says, as an ISO 4217 code: a code in any case, or a sign that means one alone. Null: none. */
export function readCurrencyCode(text: string): string | null {
  const bare = text
    .normalize('NFC')
    .replace(/[\p{Cf}\p{Cc}]/gu, '')
    .trim();
  if (/^[A-Za-z]{3}$/.test(bare)) return bare.toUpperCase();
  const sign = bare.toLowerCase();
  return Object.hasOwn(signs, sign) ? (signs[sign] ?? null) : null;
}

const decimalsByCode = new Map<string, number>();

/** How many decimals a currency has: 2 for EUR, 0 for JPY, 3 for KWD; 2 for a code that nobody knows. */
export function currencyDecimals(code: string): number {
  const known = decimalsByCode.get(code);
  if (known !== undefined) return known;
  if (!/^[A-Z]{3}$/.test(code)) return 2;
  const { maximumFractionDigits = 2 } = new Intl.NumberFormat('en', { style: 'currency', currency: code }).resolvedOptions();
  if (decimalsByCode.size < 1000) decimalsByCode.set(code, maximumFractionDigits);
  return maximumFractionDigits;
}
