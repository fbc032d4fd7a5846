import { type CountryCode, isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { checkEmail } from '../channels/email/address.js';

/** Where a person can be reached, as their traits tell it. */
export interface ContactPoints {
  readonly email: string | null;
  /** E.164. Whether a text may go there is the gate's question: it knows mobiles from landlines. */
  readonly phone: string | null;
  /** Traits that are there and say nothing usable: the trait stays, nothing is sent to it. */
  readonly problems: readonly ('invalid-email' | 'invalid-phone')[];
}

/** Reads the `email` and `phone` traits. A number without its country code is read as one of the `country` trait's (ISO 3166). */
export function contactPoints(traits: Readonly<Record<string, unknown>>): ContactPoints {
  const email = readEmail(traits['email']);
  const phone = readPhone(traits['phone'], countryOf(traits));
  return {
    email,
    phone,
    problems: [
      ...(email === null && isGiven(traits['email']) ? (['invalid-email'] as const) : []),
      ...(phone === null && isGiven(traits['phone']) ? (['invalid-phone'] as const) : []),
    ],
  };
}

function readEmail(value: unknown): string | null {
  if (typeof value !== 'string') return null;
  const check = checkEmail(value);
  return check.kind === 'ok' ? check.address : null;
}

function readPhone(value: unknown, country: CountryCode | undefined): string | null {
  if (typeof value !== 'string' && typeof value !== 'number') return null;
  const number = parsePhoneNumberFromString(String(value).trim(), { extract: false, ...(country ? { defaultCountry: country } : {}) });
  return number !== undefined && number.isPossible() && !number.ext ? number.number : null;
}

/** `country`, or the country of Segment's reserved trait `address`. */
function countryOf(traits: Readonly<Record<string, unknown>>): CountryCode | undefined {
  const address = traits['address'];
  const inAddress = typeof address === 'object' && address !== null && 'country' in address ? address.country : undefined;
  const code = [traits['country'], inAddress]
    .find((value) => typeof value === 'string')
    ?.trim()
    .toUpperCase();
  return code !== undefined && isSupportedCountry(code) ? code : undefined;
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '';
}
