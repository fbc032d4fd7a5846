import { type CountryCode, type NumberType, type PhoneNumber, parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { remembered, rememberedOfTwo } from '../../domain/values/remembered.js';

/** May a text go to this number? `e164` such as `+447700900123`; a code says why not. */
export type PhoneCheck =
  | { readonly kind: 'ok'; readonly e164: string }
  | { readonly kind: 'no'; readonly code: 'no-address' | 'invalid-address' | 'not-mobile' | 'fictional-number' };

const textable: ReadonlySet<NumberType> = new Set<NumberType>(['MOBILE', 'FIXED_LINE_OR_MOBILE']);

// Reserved for drama: Ofcom's +44 7700 900000–900999 and NANP's 555-0100 to 555-0199 under any area code.
const fictional = /^\+(447700900\d{3}|1[2-9]\d{2}55501\d{2})$/;

/** Is it a number that is reserved for fiction? */
export function isFictionalPhone(e164: string): boolean {
  return fictional.test(e164);
}

/**
 * Checks that a number is a possible mobile by its country's numbering plan; never calls anyone. Never throws.
 * `allowFictional` only with the local phone: with a real provider these numbers belong to nobody, and cost money.
 * `country` (ISO 3166) reads numbers without a leading plus as from there.
 */
export function checkPhone(
  text: string | null | undefined,
  options: { readonly allowFictional: boolean; readonly country?: string },
): PhoneCheck {
  const trimmed = (text ?? '').trim();
  if (trimmed === '') return { kind: 'no', code: 'no-address' };
  const number = parsePhone(trimmed, options.country);
  if (!number || number.ext) return { kind: 'no', code: 'invalid-address' };
  const e164 = number.number;
  if (isFictionalPhone(e164)) return options.allowFictional ? { kind: 'ok', e164 } : { kind: 'no', code: 'fictional-number' };
  if (!number.isValid()) return { kind: 'no', code: 'invalid-address' };
  return textable.has(number.getType()) ? { kind: 'ok', e164 } : { kind: 'no', code: 'not-mobile' };
}

/**
 * What a person wrote, as a number; `country` (ISO 3166) where it has no country code. Undefined: it is none. Every turn of a person asks.
 */
export function parsePhone(text: string, country: string | undefined): PhoneNumber | undefined {
  return text.length > longestWritten ? undefined : parsed(country ?? '', text);
}

/** The library reads no longer text either. */
const longestWritten = 250;

const parsed = rememberedOfTwo(
  (country, text) =>
    parsePhoneNumberFromString(text, { extract: false, ...(country === '' ? {} : { defaultCountry: country as CountryCode }) }),
  1_000,
);

/**
 * ISO 3166, of a number in E.164: several countries share +1 and +44. Numbers for fiction are of the first country of their code. Null:
 * nobody knows.
 */
export function countryOfPhone(e164: string | null): string | null {
  return e164 === null ? null : countryOf(e164);
}

/** Every turn of a person asks. */
const countryOf = remembered((e164: string): string | null => {
  const number = parsePhoneNumberFromString(e164, { extract: false });
  return number?.country ?? number?.getPossibleCountries()[0] ?? null;
}, 1_000);

/** A number with all its spaces and brackets. */
const longestPhone = 64;

/** E.164 without spaces and signs: `+15558675310`. Null when it lacks its country code or is no number. */
export function normalisePhone(raw: string): string | null {
  if (raw.length > longestPhone) return null;
  const digits = raw.replaceAll(/[\s().\-/]/g, '');
  return /^\+[1-9]\d{6,14}$/.test(digits) ? digits : null;
}
